import { z } from 'zod';
import { AppError } from '../../errors/index.ts';
import type { ByteSource } from '../byte-source.ts';
import { repeatedMember } from '../json/json-losses.ts';
import { elementCount } from '../numbers/element-type.ts';

/** Bytes of an element of each dtype of the format, also of those without JavaScript numbers. */
const DTYPE_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
  C64: 8,
} as const;

export type SafetensorsDtype = keyof typeof DTYPE_BYTES;

/** The header's entry of a tensor. */
export interface SafetensorsEntry {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** The offset of its elements in the file, in bytes. */
  readonly offset: number;
  readonly bytes: number;
}

export interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>;
  /** In their order in the file. */
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
}

/** The limit of the format's own library. */
const LONGEST_HEADER = 100_000_000;
const METADATA = '__metadata__';

const extent = z.int().nonnegative();
const metadataSchema = z.record(z.string(), z.string());
const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(extent).max(64),
  data_offsets: z.tuple([extent, extent]),
});

/**
 * Reads the header: 8 bytes of length, then JSON. Every byte after it must belong to exactly one tensor.
 *
 * @throws AppError `format_invalid`, `format_unsupported`.
 */
export async function readSafetensorsHeader(source: ByteSource): Promise<SafetensorsHeader> {
  const start = await source.read(0, 8);
  const length = Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true));
  if (length > source.size - 8)
    throw invalid(source.name, `a header of ${length} bytes does not fit into it`);
  if (length > LONGEST_HEADER) {
    throw new AppError(
      'format_unsupported',
      `${source.name}: a header of ${length} bytes is more than the format allows`,
    );
  }
  const json = parseHeader(source.name, await source.read(8, length));
  const metadata = new Map<string, string>();
  const tensors: [string, SafetensorsEntry][] = [];
  for (const [name, value] of json) {
    if (name === METADATA) {
      const parsed = metadataSchema.safeParse(value);
      if (!parsed.success) throw invalid(source.name, 'its metadata does not map text to text');
      for (const [key, text] of Object.entries(parsed.data)) metadata.set(key, text);
    } else {
      tensors.push([name, readEntry(source.name, name, value, 8 + length)]);
    }
  }
  const first = (entry: SafetensorsEntry) => entry.offset;
  tensors.sort(([, a], [, b]) => first(a) - first(b) || a.bytes - b.bytes);
  let end = 8 + length;
  for (const [name, { offset, bytes }] of tensors) {
    if (offset !== end)
      throw invalid(source.name, `tensor ${quote(name)} does not begin where the previous one ends`);
    end += bytes;
  }
  if (end !== source.size)
    throw invalid(source.name, `its tensors end at ${end}, but it has ${source.size} bytes`);
  return { metadata, tensors: new Map(tensors) };
}

function parseHeader(name: string, bytes: Uint8Array): [string, unknown][] {
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    json = JSON.parse(text);
  } catch (thrown) {
    throw invalid(name, 'its header is not JSON', thrown);
  }
  if (!text.startsWith('{') || typeof json !== 'object' || json === null)
    throw invalid(name, 'its header is not an object');
  // JSON.parse keeps the last of two equal names; other readers keep the first.
  if (repeatedMember(text) !== undefined) throw invalid(name, 'its header has a name twice');
  return Object.entries(json);
}

function readEntry(file: string, name: string, value: unknown, dataOffset: number): SafetensorsEntry {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) throw invalid(file, `tensor ${quote(name)} has no dtype, shape and data_offsets`);
  const { dtype, shape, data_offsets } = parsed.data;
  const [begin, end] = data_offsets;
  if (!isDtype(dtype)) {
    throw new AppError(
      'format_unsupported',
      `${file}: tensor ${quote(name)} has the unknown dtype ${quote(dtype)}`,
    );
  }
  const bytes = elementCount(shape) * DTYPE_BYTES[dtype];
  if (bytes !== end - begin) {
    throw invalid(file, `tensor ${quote(name)} needs ${bytes} bytes, but its offsets give it ${end - begin}`);
  }
  return { dtype, shape, offset: dataOffset + begin, bytes };
}

function isDtype(name: string): name is SafetensorsDtype {
  return Object.hasOwn(DTYPE_BYTES, name);
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}

function invalid(name: string, what: string, cause?: unknown): AppError {
  return new AppError('format_invalid', `${name}: ${what}`, {
    hint: 'expected a safetensors file; copy or download it again',
    cause,
  });
}
