// Arithmetic of four float32 lanes.

/** a b + c; one rounding where the build has relaxed SIMD and the machine a fused instruction. */
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

export function laneSum(x: v128): f32 {
  const s = f32x4.add(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1);
}

export function laneMax(x: v128): f32 {
  const m = f32x4.pmax(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.pmax(m, v128.shuffle<f32>(m, m, 1, 0, 3, 2)), 0);
}

/** All bits of the lanes below `count`, which is 1 to 4. */
export function laneMask(count: i32): v128 {
  return i32x4.gt_s(i32x4.splat(count), i32x4(0, 1, 2, 3));
}

/** 1.5 · 2^23: adding it to a number rounds to an integer, which is then in the lowest bits. */
export const ROUNDING: f32 = 12582912.0;

/**
 * Addresses of constants: below all memory that is allocated (`../arena.ts`). V8 makes a vector constant from
 * immediates at each use, with four instructions; a load is one, and halves the time of an exponential.
 */
const CONSTANTS: usize = 512;

store<f32>(CONSTANTS, -87.0);
store<f32>(CONSTANTS, 1.44269504, 4);
store<f32>(CONSTANTS, ROUNDING, 8);
// ln 2 in two parts, the first with so few digits that its product with n is exact.
store<f32>(CONSTANTS, -0.693359375, 12);
store<f32>(CONSTANTS, 2.1219444e-4, 16);
store<f32>(CONSTANTS, 0.0013843607157468796, 20);
store<f32>(CONSTANTS, 0.008374195545911789, 24);
store<f32>(CONSTANTS, 0.04166800528764725, 28);
store<f32>(CONSTANTS, 0.16666430234909058, 32);
store<f32>(CONSTANTS, 0.4999999403953552, 36);
store<f32>(CONSTANTS, 1.0, 40);
store<f32>(CONSTANTS, -2.0, 44);
store<i32>(CONSTANTS, 0x80000000, 48);
store<f32>(CONSTANTS, 1e-16, 52);
store<f32>(CONSTANTS, -1.0, 56);
store<f32>(CONSTANTS, 0.1, 60);

/** `ROUNDING` in four lanes. */
export function rounding(): v128 {
  return v128.load32_splat(CONSTANTS, 8);
}

/**
 * `x / sqrt(max(a b, 1e-16))`: the released floor of 1e-8 under the product of two norms. Kept from -1 to 1: in the i8 form
 * a norm may be rounded to less than it is, even to 0.
 */
export function boundedCosine(x: v128, a: v128, b: v128): v128 {
  const norms = f32x4.pmax(f32x4.mul(a, b), v128.load32_splat(CONSTANTS, 52));
  const value = f32x4.div(x, f32x4.sqrt(norms));
  return f32x4.pmax(f32x4.pmin(value, v128.load32_splat(CONSTANTS, 40)), v128.load32_splat(CONSTANTS, 56));
}

/** `leaky_relu(x, 0.1)` */
export function leaky(x: v128): v128 {
  return f32x4.pmax(x, f32x4.mul(x, v128.load32_splat(CONSTANTS, 60)));
}

/**
 * e^x for x <= 0, relative error below 2e-7; below -87 it stays at e^-87 (1.6e-38). `x = n ln 2 + r` with |r| <= ln 2 /
 * 2, e^r by the polynomial of degree 6 whose largest relative error there is smallest (2e-9), fitted for this file.
 */
export function exponential(x: v128): v128 {
  const one = v128.load32_splat(CONSTANTS, 40);
  const magic = rounding();
  const bounded = f32x4.pmax(x, v128.load32_splat(CONSTANTS));
  const rounded = multiplyAdd(bounded, v128.load32_splat(CONSTANTS, 4), magic);
  const n = f32x4.sub(rounded, magic);
  const high = multiplyAdd(n, v128.load32_splat(CONSTANTS, 12), bounded);
  const r = multiplyAdd(n, v128.load32_splat(CONSTANTS, 16), high);
  let p = multiplyAdd(v128.load32_splat(CONSTANTS, 20), r, v128.load32_splat(CONSTANTS, 24));
  p = multiplyAdd(p, r, v128.load32_splat(CONSTANTS, 28));
  p = multiplyAdd(p, r, v128.load32_splat(CONSTANTS, 32));
  p = multiplyAdd(p, r, v128.load32_splat(CONSTANTS, 36));
  p = multiplyAdd(p, r, one);
  p = multiplyAdd(p, r, one);
  // The bits of 1 with n in its exponent.
  const power = i32x4.add(i32x4.shl(rounded, 23), one);
  return f32x4.mul(p, power);
}

/** tanh x, absolute error below 2e-7: `(1 - e) / (1 + e)` with `e = exp(-2 |x|)`, and the sign of x. */
export function hyperbolicTangent(x: v128): v128 {
  const one = v128.load32_splat(CONSTANTS, 40);
  const sign = v128.and(x, v128.load32_splat(CONSTANTS, 48));
  const e = exponential(f32x4.mul(f32x4.abs(x), v128.load32_splat(CONSTANTS, 44)));
  return v128.or(f32x4.div(f32x4.sub(one, e), f32x4.add(one, e)), sign);
}

/** Stores the transpose of four rows: lane i of the rows goes to `out + i * step`. */
export function storeTransposed(a: v128, b: v128, c: v128, d: v128, out: usize, step: usize): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const AB = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const CD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  v128.store(out + step, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
  v128.store(out + 2 * step, v128.shuffle<f32>(AB, CD, 0, 1, 4, 5));
  v128.store(out + 3 * step, v128.shuffle<f32>(AB, CD, 2, 3, 6, 7));
}

/** The lane sums of four vectors, one a lane. */
export function laneSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}
