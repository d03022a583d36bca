import { AppError } from '../../errors/index.ts';
import type { ByteSource } from '../byte-source.ts';
import { decodeLatin1 } from '../latin1.ts';
import { elementCount } from '../numbers/element-type.ts';
import { type ItemType, parseItemType, parseShape } from './item-type.ts';
import { type PythonLiteral, parsePythonLiteral } from './python-literal.ts';

/** The contents of the header of a .npy file. */
export interface NpyHeader {
  readonly item: ItemType;
  readonly shape: readonly number[];
  readonly fortranOrder: boolean;
  /** The offset of the items, in bytes. */
  readonly dataOffset: number;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Numpy refuses headers above 10,000 characters unless it is told to trust the file. */
const LARGEST_HEADER = 1 << 20;

/**
 * Reads the header of a .npy file (format versions 1.0, 2.0, 3.0) and checks that the file has exactly the length that it
 * says. For object arrays, whose length is not in the header, it only checks that there are items.
 *
 * @throws AppError `format_invalid`, `format_unsupported`.
 */
export async function readNpyHeader(source: ByteSource): Promise<NpyHeader> {
  const invalid = (what: string, cause?: unknown): AppError =>
    new AppError('format_invalid', `${source.name}: ${what}`, {
      hint: 'expected a .npy file as numpy.save writes it; copy or download it again',
      cause,
    });
  const start = await source.read(0, Math.min(12, source.size));
  if (start.length < 10 || MAGIC.some((byte, index) => byte !== start[index]))
    throw invalid('is not a .npy file');
  const [major = 0, minor = 0] = start.subarray(6);
  if (major < 1 || major > 3 || minor !== 0) {
    throw new AppError('format_unsupported', `${source.name}: .npy version ${major}.${minor} is not known`);
  }
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  if (major > 1 && start.length < 12) throw invalid('ends within its header');
  const headerOffset = major === 1 ? 10 : 12;
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LARGEST_HEADER) {
    throw new AppError(
      'format_unsupported',
      `${source.name}: a header of ${length} bytes is more than we read`,
    );
  }
  const bytes = await source.read(headerOffset, length);
  let header: PythonLiteral;
  try {
    header = parsePythonLiteral(major === 3 ? decodeUtf8(bytes) : decodeLatin1(bytes));
  } catch (thrown) {
    throw invalid('its header is not a Python literal', thrown);
  }
  const entries: ReadonlyMap<string, PythonLiteral> = header instanceof Map ? header : new Map();
  const shape = parseShape(entries.get('shape') ?? null);
  const fortranOrder = entries.get('fortran_order');
  const descr = entries.get('descr');
  if (entries.size !== 3 || shape === undefined || typeof fortranOrder !== 'boolean' || descr === undefined) {
    throw invalid('its header is not {descr, fortran_order, shape}');
  }
  const item = parseItemType(descr);
  if (item === undefined) throw invalid('its header does not name a numpy type');
  const dataOffset = headerOffset + length;
  const count = elementCount(shape);
  const end = dataOffset + count * item.bytes;
  if (item.kind === 'object' ? source.size === dataOffset : source.size !== end) {
    throw invalid(`its header says [${shape.join(', ')}], ${end} bytes in total, but it has ${source.size}`);
  }
  if (!Number.isSafeInteger(count)) throw invalid(`no memory holds an array [${shape.join(', ')}]`);
  return { item, shape, fortranOrder, dataOffset };
}

function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
