import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../test/support/error-code.ts';
import { bytesSource } from '../byte-source.ts';
import { openZip } from './zip-archive.ts';
import { writeStoredZip } from './zip-writer.ts';

const members = new Map([
  ['a/empty', new Uint8Array(0)],
  ['a/größe', new TextEncoder().encode('stored')],
  ...Array.from({ length: 70 }, (_, index): [string, Uint8Array] => [
    `a/${'n'.repeat(index)}`,
    new Uint8Array(index).fill(index),
  ]),
]);

describe('writeStoredZip', () => {
  it('is read by our reader and by another one', async () => {
    const bytes = await writeStoredZip(members, 64);
    const archive = await openZip(bytesSource('x.zip', bytes));
    expect(archive.names).toEqual([...members.keys()]);
    for (const [name, expected] of members) {
      const source = await archive.open(name);
      expect(await source.read(0, source.size)).toEqual(expected);
    }
    expect(new Map(Object.entries(unzipSync(bytes)))).toEqual(members);
  });

  it.each([1, 64, 4096])('aligns every member to %i bytes', async (alignment) => {
    const bytes = await writeStoredZip(members, alignment);
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (const contents of members.values()) {
      expect(view.getUint32(at, true)).toBe(0x04034b50);
      const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
      expect(start % alignment).toBe(0);
      expect(bytes.subarray(start, start + contents.length)).toEqual(contents);
      at = start + contents.length;
    }
    expect(view.getUint32(at, true)).toBe(0x02014b50);
  });

  it('refuses more members than 16 bits can count', async () => {
    const none = new Uint8Array(0);
    const many = (count: number) => new Map(Array.from({ length: count }, (_, index) => [`${index}`, none]));
    expect(await errorCode(writeStoredZip(many(65536), 1))).toBe('format_unsupported');
  });
});
