/** Float32 of each of the 65,536 half-precision bit patterns; 256 KiB, built when it is first needed. */
let widened: Float32Array | undefined;

/** One IEEE 754 half as a number: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits. */
function widen(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Float32 numbers of half-precision (IEEE 754 binary16) bit patterns; exact, because every half is a float32. */
export function float16BitsToFloat32(bits: Uint16Array): Float32Array {
  widened ??= Float32Array.from({ length: 1 << 16 }, (_, pattern) => widen(pattern));
  const values = new Float32Array(bits.length);
  for (let index = 0; index < bits.length; index++) {
    values[index] = widened[bits[index] as number] as number;
  }
  return values;
}

/**
 * Half-precision (IEEE 754 binary16) bit patterns of float32 numbers: rounded to nearest, ties to even; infinite from
 * 65,520 on. NaN stays NaN, and the sign of zero is kept.
 */
export function float32ToFloat16Bits(values: Float32Array): Uint16Array {
  const wide = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  const sum = new Float32Array(1);
  const sumBits = new Uint32Array(sum.buffer);
  for (let index = 0; index < halves.length; index++) {
    const bits = wide[index] as number;
    const magnitude = bits & 0x7fffffff;
    let half: number;
    if (magnitude > 0x7f800000) {
      half = 0x7e00;
    } else if (magnitude >= 0x47800000) {
      half = 0x7c00;
    } else if (magnitude >= 0x38800000) {
      // Another exponent bias (127 - 15); a carry from rounding goes into the exponent, up to infinity.
      const rebiased = magnitude - 0x38000000;
      half = (rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13;
    } else {
      // Subnormal halves are multiples of 2^-24, the value of the last bit of a float32 in [0.5, 1): the addition
      // rounds, and the fraction is the half.
      sum[0] = Math.abs(values[index] as number) + 0.5;
      half = (sumBits[0] as number) - 0x3f000000;
    }
    halves[index] = ((bits >>> 16) & 0x8000) | half;
  }
  return halves;
}

/** Float32 numbers of bfloat16 bit patterns (the upper half of a float32); exact. */
export function bfloat16BitsToFloat32(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length);
  const wide = new Uint32Array(values.buffer);
  for (let index = 0; index < bits.length; index++) wide[index] = (bits[index] as number) << 16;
  return values;
}
