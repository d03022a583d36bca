// Arithmetic of bytes: sums of products of four at a time, and rounding to them.
import { multiplyAdd, splat } from './arithmetic';

/**
 * `sum + Σ_4 a b` in each of four lanes: `a` 16 signed bytes, `b` 16 bytes from 0 to 127 (only so are relaxed
 * instructions the same on every machine). Exact: both builds give the same integers.
 */
export function dot(a: v128, b: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_dot_i8x16_i7x16_add_s(a, b, sum);
  const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(a), i16x8.extend_low_i8x16_s(b));
  const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(a), i16x8.extend_high_i8x16_s(b));
  const even = v128.shuffle<i32>(low, high, 0, 2, 4, 6);
  const odd = v128.shuffle<i32>(low, high, 1, 3, 5, 7);
  return i32x4.add(sum, i32x4.add(even, odd));
}

/** Whole numbers of four lanes as floats, by a factor a lane. */
export function scaled(sums: v128, scales: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(sums), scales);
}

/** `c + x²` of four whole numbers. */
export function addSquare(x: v128, c: v128): v128 {
  const value = f32x4.convert_i32x4_s(x);
  return multiplyAdd(value, value, c);
}

/** `1 / x`, and 0 for 0, so that zero nodes stay zero. */
export function inverse(x: f32): f32 {
  return x > 0 ? 1 / x : 0;
}

/** As `inverse`, of four. */
export function inverses(x: v128): v128 {
  return v128.and(f32x4.div(splat(1), x), f32x4.gt(x, splat(0)));
}

/** Stores the lowest bytes of four lanes: of numbers that `ROUNDING` was added to, the whole numbers. */
export function storeBytes(at: usize, x: v128): void {
  v128.store32_lane(at, v128.shuffle<u8>(x, x, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12), 0);
}
