import { AppError } from '../../errors/index.ts';
import type { ByteSource } from '../byte-source.ts';
import { decodeLatin1 } from '../latin1.ts';
import { LEGACY, readLegacyCheckpoint } from './legacy-checkpoint.ts';
import { readZipCheckpoint } from './zip-checkpoint.ts';

const ZIP = [0x50, 0x4b, 0x03, 0x04];
/** The instruction that names the protocol of a pickle, from protocol 2 on. */
const PICKLE = 0x80;
/** How a legacy file of the protocols 0 and 1 begins: its magic number as text. */
const TEXT_MAGIC = `L${LEGACY.magic}L\n.`;
/** How Python begins other values in these protocols: a dictionary, a list, a tuple, a global. */
const TEXT_PICKLE = /^(?:\([dlti]p?|[}\])]q|c[\w.]+\n\w+\n)/;
const START = 64;

/**
 * Reads a PyTorch checkpoint (`torch.save`), in the legacy or the zip format, as the tree of its values: dictionaries
 * and `argparse.Namespace`s become Maps, lists and tuples arrays, tensors and parameters `{dtype, shape, data}` (dense,
 * row-major, halves widened to float32), and so do numpy arrays; bytes become `Uint8Array`s, integers beyond 2^53
 * bigints. Pickle protocols 1 to 5 are read; 0 cannot name tensors. Nothing in a checkpoint is executed.
 *
 * @throws AppError `format_refused` naming a global that is not on the allow-list; `format_invalid` for broken, truncated
 *   or inconsistent files; `format_unsupported`; `memory_exhausted`.
 */
export async function readCheckpoint(source: ByteSource): Promise<unknown> {
  const start = await source.read(0, Math.min(START, source.size));
  if (ZIP.every((byte, index) => byte === start[index])) return readZipCheckpoint(source);
  const text = decodeLatin1(start);
  if (start[0] === PICKLE || text.startsWith(TEXT_MAGIC)) return readLegacyCheckpoint(source);
  if (TEXT_PICKLE.test(text)) {
    throw new AppError(
      'format_invalid',
      `${source.name}: is a pickle (protocol 0 or 1), but not a PyTorch checkpoint`,
      { hint: 'load it in Python and save its values again: torch.save(value, FILE)' },
    );
  }
  throw new AppError('format_invalid', `${source.name}: is not a PyTorch checkpoint`, {
    hint: 'expected a file that torch.save wrote (.pth, .pth.tar, .pt); unpack it first if it is compressed',
  });
}
