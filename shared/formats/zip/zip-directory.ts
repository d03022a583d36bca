import { AppError } from '../../errors/index.ts';
import type { ByteSource } from '../byte-source.ts';
import { decodeLatin1 } from '../latin1.ts';

/** A member as listed in the archive's central directory. */
export interface ZipEntry {
  readonly name: string;
  readonly nameBytes: Uint8Array;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly encrypted: boolean;
  /** CRC-32 of the contents. */
  readonly checksum: number;
  /** Bytes in the archive, and of the contents. */
  readonly packedSize: number;
  readonly size: number;
  /** The offset of its local header. */
  readonly offset: number;
}

export interface ZipDirectory {
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** The offset of the central directory: no member extends beyond it. */
  readonly offset: number;
}

const END = { signature: 0x06054b50, bytes: 22 };
const END_64 = { signature: 0x06064b50, bytes: 56 };
const LOCATOR_64 = { signature: 0x07064b50, bytes: 20 };
const CENTRAL = { signature: 0x02014b50, bytes: 46 };
const LONGEST_COMMENT = 0xffff;
const UTF8_NAME = 0x800;
/** Stands for a number that is in a 64-bit field. */
const ELSEWHERE = 0xffffffff;
/** Some 600,000 members. */
const LARGEST_DIRECTORY = 64 << 20;

export function zipInvalid(name: string, what: string, cause?: unknown): AppError {
  return new AppError('format_invalid', `${name}: ${what}`, {
    hint: 'the archive is damaged or truncated; copy or download it again',
    cause,
  });
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Reads the central directory of a zip archive (zip64 included). Names are unique, and no two members overlap.
 *
 * @throws AppError `format_invalid`, `format_unsupported`.
 */
export async function readZipDirectory(source: ByteSource): Promise<ZipDirectory> {
  const { offset, size, count } = await locateDirectory(source);
  if (size > LARGEST_DIRECTORY) {
    throw new AppError(
      'format_unsupported',
      `${source.name}: a directory of ${size} bytes is more than we read`,
    );
  }
  const bytes = await source.read(offset, size);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let index = 0; index < count; index++) {
    const { entry, length } = readEntry(source.name, bytes, at);
    if (entries.has(entry.name))
      throw zipInvalid(source.name, `the member ${JSON.stringify(entry.name)} occurs twice`);
    entries.set(entry.name, entry);
    at += length;
  }
  if (at !== size) throw zipInvalid(source.name, 'its directory is not as long as it says');
  assertApart(source.name, [...entries.values()], offset);
  return { entries, offset };
}

async function locateDirectory(source: ByteSource): Promise<{ offset: number; size: number; count: number }> {
  const tailSize = Math.min(source.size, END.bytes + LONGEST_COMMENT);
  const tail = viewOf(await source.read(source.size - tailSize, tailSize));
  let at = tailSize - END.bytes;
  // Only the comment follows the end record.
  while (
    at >= 0 &&
    !(
      tail.getUint32(at, true) === END.signature &&
      at + END.bytes + tail.getUint16(at + 20, true) === tailSize
    )
  )
    at--;
  if (at < 0) throw zipInvalid(source.name, 'is not a zip archive, or its end is missing');
  const end = source.size - tailSize + at;
  const record = {
    count: tail.getUint16(at + 10, true),
    size: tail.getUint32(at + 12, true),
    offset: tail.getUint32(at + 16, true),
  };
  const elsewhere = record.count === 0xffff || record.size === ELSEWHERE || record.offset === ELSEWHERE;
  const wide = await locateDirectory64(source, end);
  if (elsewhere && wide === undefined) throw zipInvalid(source.name, 'its zip64 end record is missing');
  const { position, ...found } = wide ?? { ...record, position: end };
  if (found.offset + found.size !== position) {
    throw zipInvalid(source.name, 'its directory is not where it says');
  }
  return found;
}

/** The zip64 end record, which its locator before the end record names; PyTorch always writes one. */
async function locateDirectory64(source: ByteSource, end: number) {
  if (end < LOCATOR_64.bytes) return undefined;
  const locator = viewOf(await source.read(end - LOCATOR_64.bytes, LOCATOR_64.bytes));
  if (locator.getUint32(0, true) !== LOCATOR_64.signature) return undefined;
  const position = Number(locator.getBigUint64(8, true));
  if (position > end - LOCATOR_64.bytes - END_64.bytes) return undefined;
  const record = viewOf(await source.read(position, END_64.bytes));
  if (record.getUint32(0, true) !== END_64.signature) return undefined;
  const number = (at: number) => Number(record.getBigUint64(at, true));
  return { count: number(32), size: number(40), offset: number(48), position };
}

function readEntry(name: string, bytes: Uint8Array, at: number): { entry: ZipEntry; length: number } {
  const cutOff = () => zipInvalid(name, 'its directory is cut off');
  if (at + CENTRAL.bytes > bytes.length) throw cutOff();
  const view = viewOf(bytes.subarray(at));
  if (view.getUint32(0, true) !== CENTRAL.signature) throw zipInvalid(name, 'its directory is damaged');
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
    view.getUint16(field, true),
  ) as [number, number, number];
  const length = CENTRAL.bytes + nameLength + extraLength + commentLength;
  if (at + length > bytes.length) throw cutOff();
  const flags = view.getUint16(8, true);
  const nameBytes = bytes.subarray(at + CENTRAL.bytes, at + CENTRAL.bytes + nameLength);
  const extra = bytes.subarray(
    at + CENTRAL.bytes + nameLength,
    at + CENTRAL.bytes + nameLength + extraLength,
  );
  const [size, packedSize, offset] = wideFields(
    name,
    extra,
    [24, 20, 42].map((field) => view.getUint32(field, true)),
  );
  const entry: ZipEntry = {
    name:
      flags & UTF8_NAME
        ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(nameBytes)
        : decodeLatin1(nameBytes),
    nameBytes,
    method: view.getUint16(10, true),
    encrypted: (flags & 1) === 1,
    checksum: view.getUint32(16, true),
    packedSize: packedSize as number,
    size: size as number,
    offset: offset as number,
  };
  return { entry, length };
}

/** Replaces the fields that are marked by those of the zip64 extra field (id 1), which has only these. */
function wideFields(name: string, extra: Uint8Array, fields: readonly number[]): number[] {
  if (!fields.includes(ELSEWHERE)) return [...fields];
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    const end = Math.min(at + 4 + view.getUint16(at + 2, true), extra.length);
    let next = at + 4;
    return fields.map((field) => {
      if (field !== ELSEWHERE) return field;
      next += 8;
      if (next > end) throw zipInvalid(name, 'a zip64 field is cut off');
      return Number(view.getBigUint64(next - 8, true));
    });
  }
  return [...fields];
}

/** Members that share bytes let a small archive expand to a huge one. */
function assertApart(name: string, entries: readonly ZipEntry[], end: number): void {
  const ordered = entries.toSorted((a, b) => a.offset - b.offset);
  for (const [index, { offset, nameBytes, packedSize }] of ordered.entries()) {
    const next = ordered[index + 1]?.offset ?? end;
    if (!(offset + 30 + nameBytes.length + packedSize <= next)) throw zipInvalid(name, 'its members overlap');
  }
}
