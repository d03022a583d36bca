import { AppError } from '../../errors/index.ts';
import type { ByteSource } from '../byte-source.ts';
import { readLegacyCheckpoint } from './legacy-checkpoint.ts';
import { readZipCheckpoint } from './zip-checkpoint.ts';

const ZIP = [0x50, 0x4b, 0x03, 0x04];
const PICKLE = 0x80;

/**
 * Reads a PyTorch checkpoint (`torch.save`), in the legacy or the zip format, as the tree of its values: dictionaries
 * and `argparse.Namespace`s become Maps, lists and tuples arrays, tensors and parameters `{dtype, shape, data}` (dense,
 * row-major, halves widened to float32), and so do numpy arrays; bytes become `Uint8Array`s, integers beyond 2^53
 * bigints. Nothing in a checkpoint is executed.
 *
 * @throws AppError `format_refused` naming a global that is not on the allow-list; `format_invalid` for broken, truncated
 *   or inconsistent files; `format_unsupported`; `memory_exhausted`.
 */
export async function readCheckpoint(source: ByteSource): Promise<unknown> {
  const start = await source.read(0, Math.min(4, source.size));
  if (start.length === ZIP.length && ZIP.every((byte, index) => byte === start[index]))
    return readZipCheckpoint(source);
  if (start[0] === PICKLE) return readLegacyCheckpoint(source);
  throw new AppError('format_invalid', `${source.name}: is not a PyTorch checkpoint`, {
    hint: 'expected a file that torch.save wrote (.pth, .pth.tar, .pt); unpack it first if it is compressed',
  });
}
