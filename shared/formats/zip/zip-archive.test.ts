import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../test/support/error-code.ts';
import { type ByteSource, bytesSource } from '../byte-source.ts';
import { openZip } from './zip-archive.ts';

const open = (bytes: Uint8Array) => openZip(bytesSource('x.zip', bytes));
const text = (value: string) => new TextEncoder().encode(value);

async function contents(source: ByteSource): Promise<Uint8Array> {
  return source.read(0, source.size);
}

async function readAll(bytes: Uint8Array): Promise<Record<string, Uint8Array>> {
  const archive = await open(bytes);
  const found: Record<string, Uint8Array> = {};
  for (const name of archive.names) found[name] = await contents(await archive.open(name));
  return found;
}

/** Offset of the central directory's entry of member `index`, and of the end record. */
function directoryOf(bytes: Uint8Array, index = 0): { at: number; end: number; view: DataView } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 22;
  let at = view.getUint32(end + 16, true);
  for (let skipped = 0; skipped < index; skipped++) {
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return { at, end, view };
}

const FILES = { 'a.txt': text('hello hello hello hello'), 'folder/b': new Uint8Array(1000), empty: text('') };

describe('openZip', () => {
  it.each([0, 9] as const)('reads every member, packed at level %i', async (level) => {
    const bytes = zipSync(FILES, { level });
    expect(await readAll(bytes)).toEqual(FILES);
    expect((await open(bytes)).sizeOf('folder/b')).toBe(1000);
    expect((await open(bytes)).sizeOf('missing')).toBeUndefined();
  });

  it('returns what was packed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.stringMatching(/^[a-zä/]{1,20}$/), fc.uint8Array({ maxLength: 2000 })),
        fc.constantFrom(0 as const, 6 as const),
        async (files, level) => {
          const plain = Object.fromEntries(Object.entries(files).filter(([name]) => !name.endsWith('/')));
          expect(await readAll(zipSync(plain, { level }))).toEqual(plain);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('finds the end before a comment', async () => {
    expect(await readAll(zipSync(FILES, { comment: 'PK\u0005\u0006 is not the end' }))).toEqual(FILES);
  });

  it('reads 64-bit sizes and offsets, in any field', async () => {
    expect(await readAll(zip64Of('member', text('contents')))).toEqual({ member: text('contents') });
  });

  it('reads a stored member by ranges when it is too large to be checked', async () => {
    const { source, size, asked } = hugeMember();
    const archive = await openZip(source);
    const member = await archive.open('huge');
    expect(member.size).toBe(size);
    asked.length = 0;
    expect(await member.read(size - 4, 4)).toEqual(Uint8Array.of(7, 7, 7, 7));
    expect(asked).toEqual([4]);
    expect(await errorCode(member.read(size - 3, 4))).toBe('format_invalid');
  });

  const damage = (
    change: (bytes: Uint8Array, directory: ReturnType<typeof directoryOf>) => void,
    level: 0 | 6 = 0,
  ) => {
    const bytes = zipSync(FILES, { level });
    change(bytes, directoryOf(bytes));
    return bytes;
  };
  it.each<[string, Uint8Array, string?]>([
    ['nothing', new Uint8Array(0)],
    ['no end', zipSync(FILES).subarray(0, -1)],
    ['something after the end', Uint8Array.from([...zipSync(FILES), 0])],
    ['something before the beginning', Uint8Array.from([0, ...zipSync(FILES)])],
    ['a damaged byte', damage((bytes) => bytes.fill(1, 40, 41))],
    ['a damaged deflated byte', damage((bytes) => bytes.fill(255, 36, 50), 6)],
    ['a directory elsewhere', damage((_, { view, end }) => view.setUint32(end + 16, 4, true))],
    ['more members than the directory has', damage((_, { view, end }) => view.setUint16(end + 10, 9, true))],
    ['fewer members than the directory has', damage((_, { view, end }) => view.setUint16(end + 10, 1, true))],
    [
      'a name that is longer than the directory',
      damage((_, { view, at }) => view.setUint16(at + 28, 65535, true)),
    ],
    ['an offset beyond the file', damage((_, { view, at }) => view.setUint32(at + 42, 1e9, true))],
    ['an offset to another member', damage((_, { view, at }) => view.setUint32(at + 42, 58, true))],
    ['a wrong stored size', damage((_, { view, at }) => view.setUint32(at + 24, 22, true))],
    ['a size that deflate cannot reach', damage((_, { view, at }) => view.setUint32(at + 24, 4e9, true), 6)],
    ['a size that is too small', damage((_, { view, at }) => view.setUint32(at + 24, 10, true), 6)],
    ['a size that is too large', damage((_, { view, at }) => view.setUint32(at + 24, 30, true), 6)],
    ['members that overlap', damage((_, { view, at }) => view.setUint32(at + 20, 500, true))],
    ['missing zip64 fields', damage((_, { view, at }) => view.setUint32(at + 42, 0xffffffff, true))],
    ['a missing zip64 end', damage((_, { view, end }) => view.setUint16(end + 10, 0xffff, true))],
    ['encryption', damage((_, { view, at }) => view.setUint16(at + 8, 1, true)), 'format_unsupported'],
    ['another method', damage((_, { view, at }) => view.setUint16(at + 10, 14, true)), 'format_unsupported'],
  ])('refuses %s', async (_, bytes, code = 'format_invalid') => {
    expect(await errorCode(readAll(bytes))).toBe(code);
  });

  it('refuses a name that occurs twice', async () => {
    const bytes = zipSync({ aa: text('1'), ab: text('2') }, { level: 0 });
    const [first, second] = [directoryOf(bytes), directoryOf(bytes, 1)];
    bytes.copyWithin(second.at + 46, first.at + 46, first.at + 48);
    expect(await errorCode(open(bytes))).toBe('format_invalid');
  });

  it('refuses members of the same bytes', async () => {
    const bytes = zipSync({ aa: text('1'), ab: text('2') }, { level: 0 });
    directoryOf(bytes, 1).view.setUint32(directoryOf(bytes, 1).at + 42, 0, true);
    expect(await errorCode(open(bytes))).toBe('format_invalid');
  });

  it('refuses a bomb by its announced size, before unpacking anything', async () => {
    const bytes = zipSync({ bomb: new Uint8Array(1 << 20) }, { level: 9 });
    const { view, at } = directoryOf(bytes);
    const packed = view.getUint32(at + 20, true);
    view.setUint32(at + 24, packed * 1000, true);
    expect(await errorCode(readAll(bytes))).toBe('format_invalid');
    const { source } = hugeMember(8);
    const archive = await openZip(source);
    expect(await errorCode(archive.open('huge'))).toBe('format_unsupported');
  });

  it('refuses a bomb whose announced size is too small', async () => {
    const bytes = zipSync({ bomb: new Uint8Array(1 << 20) }, { level: 9 });
    const { view, at } = directoryOf(bytes);
    view.setUint32(at + 24, 1000, true);
    expect(await errorCode(readAll(bytes))).toBe('format_invalid');
  });

  it('finds no member with another name', async () => {
    expect(await errorCode((await open(zipSync(FILES))).open('__proto__'))).toBe('format_invalid');
  });
});

interface Fields {
  readonly method: number;
  readonly size: number;
  readonly packedSize: number;
  readonly checksum: number;
}

/** Directory of one member at offset 0, with all numbers in zip64 fields, and the end records. */
function directory64(
  name: Uint8Array,
  offset: number,
  { method, size, packedSize, checksum }: Fields,
): Uint8Array {
  const bytes = new Uint8Array(46 + name.length + 28 + 56 + 20 + 22);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x02014b50, true);
  view.setUint16(10, method, true);
  view.setUint32(16, checksum, true);
  for (const at of [20, 24, 42]) view.setUint32(at, 0xffffffff, true);
  view.setUint16(28, name.length, true);
  view.setUint16(30, 28, true);
  bytes.set(name, 46);
  const extra = 46 + name.length;
  view.setUint16(extra, 1, true);
  view.setUint16(extra + 2, 24, true);
  [size, packedSize, 0].forEach((value, index) => {
    view.setBigUint64(extra + 4 + 8 * index, BigInt(value), true);
  });
  const length = extra + 28;
  view.setUint32(length, 0x06064b50, true);
  [1, 1, length, offset].forEach((value, index) => {
    view.setBigUint64(length + 24 + 8 * index, BigInt(value), true);
  });
  view.setUint32(length + 56, 0x07064b50, true);
  view.setBigUint64(length + 64, BigInt(offset + length), true);
  view.setUint32(length + 76, 0x06054b50, true);
  for (const at of [8, 10]) view.setUint16(length + 76 + at, 0xffff, true);
  for (const at of [12, 16]) view.setUint32(length + 76 + at, 0xffffffff, true);
  return bytes;
}

function localHeader(name: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(30 + name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x04034b50, true);
  view.setUint16(26, name.length, true);
  bytes.set(name, 30);
  return bytes;
}

function zip64Of(name: string, data: Uint8Array): Uint8Array {
  // The checksum as computed by the library.
  const plain = zipSync({ [name]: data }, { level: 0 });
  const { view, at } = directoryOf(plain);
  const fields = {
    method: 0,
    size: data.length,
    packedSize: data.length,
    checksum: view.getUint32(at + 16, true),
  };
  const local = localHeader(text(name));
  return Uint8Array.from([...local, ...data, ...directory64(text(name), local.length + data.length, fields)]);
}

/** An archive of 6 GiB with one member of sevens, stored, or said to be deflated from far fewer bytes. */
function hugeMember(method = 0): { source: ByteSource; size: number; asked: number[] } {
  const size = 6 * 2 ** 30;
  const packedSize = method === 0 ? size : size / 512;
  const local = localHeader(text('huge'));
  const directory = directory64(text('huge'), local.length + packedSize, {
    method,
    size,
    packedSize,
    checksum: 0,
  });
  const asked: number[] = [];
  const end = local.length + packedSize;
  const source: ByteSource = {
    name: 'huge.zip',
    size: end + directory.length,
    read: async (offset, length) => {
      asked.push(length);
      return Uint8Array.from({ length }, (_, index) => {
        const at = offset + index;
        return (at < local.length ? local[at] : at < end ? 7 : directory[at - end]) ?? 0;
      });
    },
    close: async () => {},
  };
  return { source, size, asked };
}
