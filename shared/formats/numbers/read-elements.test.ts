import { describe, expect, it } from 'vitest';
import { bytesSource } from '../byte-source.ts';
import { decodeElements, readElements } from './read-elements.ts';

/** One byte, then 1.5 and -2 as float32 in the given byte order: not aligned to 4, in a Buffer as Node reads files. */
function unaligned(littleEndian: boolean): Buffer {
  const bytes = Buffer.alloc(9);
  const view = new DataView(bytes.buffer, bytes.byteOffset + 1, 8);
  view.setFloat32(0, 1.5, littleEndian);
  view.setFloat32(4, -2, littleEndian);
  return bytes;
}

describe.each([true, false])('numbers within a Buffer (little-endian: %s)', (littleEndian) => {
  const encoding = { type: 'float32', littleEndian } as const;

  it('are decoded at any offset, without changing the Buffer', () => {
    const bytes = unaligned(littleEndian);
    const before = Buffer.from(bytes);
    const target = new Float32Array(2);
    decodeElements('x', bytes.subarray(1), encoding, target);
    expect([...target]).toEqual([1.5, -2]);
    expect(bytes).toEqual(before);
  });

  it('are read from a source', async () => {
    const target = new Float32Array(2);
    await readElements(bytesSource('x', unaligned(littleEndian)), 1, 2, encoding, target);
    expect([...target]).toEqual([1.5, -2]);
  });
});
