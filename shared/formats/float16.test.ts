import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bfloat16BitsToFloat32, float16BitsToFloat32, float32ToFloat16Bits } from './float16.ts';

/** Every half-precision number, in the order of its bits. */
const EVERY = Uint16Array.from({ length: 1 << 16 }, (_, bits) => bits);

function narrow(value: number): number {
  return float32ToFloat16Bits(Float32Array.of(value))[0] as number;
}

function widen(bits: number): number {
  return float16BitsToFloat32(Uint16Array.of(bits))[0] as number;
}

describe('float16', () => {
  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -24],
    [0x83ff, -1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3c00, 1],
    [0x3555, 0.333251953125],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e01, Number.NaN],
  ])('reads %i as %d', (bits, value) => {
    expect(widen(bits)).toBe(value);
  });

  it('returns every half that is a number', () => {
    const back = float32ToFloat16Bits(float16BitsToFloat32(EVERY));
    const wrong = EVERY.filter((bits) => {
      const noNumber = (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0;
      return noNumber ? ((back[bits] as number) & 0x7fff) !== 0x7e00 : back[bits] !== bits;
    });
    expect([...wrong]).toEqual([]);
  });

  it('rounds to the nearest, and halfway to the even one', () => {
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [widen(bits), widen(bits + 1)];
      const middle = (low + high) / 2;
      const step = (high - low) / 1024;
      const found = [middle - step, middle, middle + step].map(narrow);
      const even = bits % 2 === 0 ? bits : bits + 1;
      if (found[0] !== bits || found[1] !== even || found[2] !== bits + 1) {
        expect.fail(`around ${middle} got ${found.join(', ')}, expected ${bits}, ${even}, ${bits + 1}`);
      }
    }
  });

  it('is infinite from halfway above the largest number on', () => {
    expect([65519.99, 65520, 1e30, Number.POSITIVE_INFINITY].map(narrow)).toEqual([
      0x7bff, 0x7c00, 0x7c00, 0x7c00,
    ]);
    expect([-65520, -1e30].map(narrow)).toEqual([0xfc00, 0xfc00]);
  });

  it('is zero up to half of the smallest, with its sign', () => {
    expect([1e-45, 2 ** -25, 2 ** -25 * 1.0001, -1e-30].map(narrow)).toEqual([0, 0, 1, 0x8000]);
  });

  // Not in the compiler's library yet, and not in every Node version that is supported.
  const view = new DataView(new ArrayBuffer(2)) as DataView & {
    setFloat16?: (offset: number, value: number) => void;
  };
  it.skipIf(view.setFloat16 === undefined)("agrees with the language's own float16", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        view.setFloat16?.(0, value);
        expect(narrow(value)).toBe(view.getUint16(0));
      }),
      { numRuns: 2000 },
    );
  });

  it('accepts a part of an array', () => {
    const part = Float32Array.of(9, 1, -2, 9).subarray(1, 3);
    expect([...float32ToFloat16Bits(part)]).toEqual([0x3c00, 0xc000]);
  });
});

describe('bfloat16', () => {
  it('is the upper half of a float32', () => {
    const bits = Uint16Array.of(0x3f80, 0xc049, 0x0001, 0x7f80, 0x8000);
    expect([...bfloat16BitsToFloat32(bits)]).toEqual([1, -3.140625, 2 ** -133, Number.POSITIVE_INFINITY, -0]);
    expect(bfloat16BitsToFloat32(Uint16Array.of(0x7fc0))[0]).toBeNaN();
  });
});
