import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../test/support/error-code.ts';
import { bytesSource } from '../byte-source.ts';
import { openNpy } from './npy-reader.ts';
import { npyHeader, writeNpy } from './npy-writer.ts';

describe('npyHeader', () => {
  it('equals what numpy writes', () => {
    const expected =
      "\u0093NUMPY\u0001\u0000v\u0000{'descr': '<f4', 'fortran_order': False, 'shape': (500, 36, 4), }";
    const text = String.fromCharCode(...npyHeader([500, 36, 4], 'float32'));
    expect(text).toBe(`${expected.padEnd(127)}\n`);
  });

  it.each([
    [[], "'shape': (), "],
    [[3], "'shape': (3,), "],
    [[0, 5], "'shape': (0, 5), "],
  ])('has the shape %j', (shape, text) => {
    const header = String.fromCharCode(...npyHeader(shape, 'float16'));
    expect(header).toContain(text);
    expect(header).toContain("'<f2'");
    expect(header.length % 64).toBe(0);
  });

  it('stays a multiple of 64 bytes for any shape', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat(), { maxLength: 32 }), (shape) => {
        const header = npyHeader(shape, 'float32');
        expect(header.length % 64).toBe(0);
        expect(header.at(-1)).toBe(10);
        expect(new DataView(header.buffer).getUint16(8, true)).toBe(header.length - 10);
      }),
    );
  });

  it('refuses invalid shapes', async () => {
    for (const shape of [[-1], [1.5], [Number.NaN], Array.from({ length: 65 }, () => 1)]) {
      expect(await errorCode(() => npyHeader(shape, 'float32'))).toBe('argument_invalid');
    }
  });
});

describe('writeNpy', () => {
  it.each([
    ['int8', Int8Array.of(-1, 2)],
    ['int16', Int16Array.of(-300, 2)],
    ['int32', Int32Array.of(-70000, 2)],
    ['uint8', Uint8Array.of(255, 2)],
    ['uint16', Uint16Array.of(65535, 2)],
    ['uint32', Uint32Array.of(4294967295, 2)],
    ['float32', Float32Array.of(0.5, Number.NaN)],
    ['float64', Float64Array.of(0.1, Number.NEGATIVE_INFINITY)],
  ])('writes %s so that it is read unchanged', async (dtype, data) => {
    const reader = await openNpy(bytesSource('x', writeNpy({ shape: [2, 1], data })));
    expect(reader.dtype).toBe(dtype);
    expect(reader.shape).toEqual([2, 1]);
    expect([...(await reader.readNumbers(0, 2))]).toEqual([...data]);
  });

  it('writes a part of a larger array', async () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const reader = await openNpy(bytesSource('x', writeNpy({ shape: [2], data })));
    expect([...(await reader.readRows(0, 2))]).toEqual([1, 2]);
  });

  it('refuses data that does not fit the shape', async () => {
    expect(await errorCode(() => writeNpy({ shape: [2, 2], data: Float32Array.of(1) }))).toBe(
      'shape_mismatch',
    );
  });
});
