// Kernels over rows of vectors in linear memory. n = rows, d = dimensions padded with zeros to a multiple of 16.

function laneSum(a: v128): i32 {
  return (
    i32x4.extract_lane(a, 0) + i32x4.extract_lane(a, 1) + i32x4.extract_lane(a, 2) + i32x4.extract_lane(a, 3)
  );
}

function multiplyAdd(sum: v128, bytes: v128, low: v128, high: v128): v128 {
  sum = i32x4.add(sum, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(bytes), low));
  return i32x4.add(sum, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(bytes), high));
}

/** Integer products of `n` rows `[n, d]` int8 with one query `[d]` int16; `out: [n]` int32. The caller keeps sums below 2^31. */
export function scan(rows: usize, n: i32, d: i32, query: usize, out: usize): void {
  const end = rows + <usize>n * d;
  // Four rows at a time share each load of the query.
  for (; rows + 4 * <usize>d <= end; rows += 4 * <usize>d) {
    let s0 = i32x4.splat(0);
    let s1 = i32x4.splat(0);
    let s2 = i32x4.splat(0);
    let s3 = i32x4.splat(0);
    const r1 = rows + d;
    const r2 = r1 + d;
    const r3 = r2 + d;
    for (let j: usize = 0; j < <usize>d; j += 16) {
      const low = v128.load(query + 2 * j);
      const high = v128.load(query + 2 * j, 16);
      s0 = multiplyAdd(s0, v128.load(rows + j), low, high);
      s1 = multiplyAdd(s1, v128.load(r1 + j), low, high);
      s2 = multiplyAdd(s2, v128.load(r2 + j), low, high);
      s3 = multiplyAdd(s3, v128.load(r3 + j), low, high);
    }
    store<i32>(out, laneSum(s0));
    store<i32>(out, laneSum(s1), 4);
    store<i32>(out, laneSum(s2), 8);
    store<i32>(out, laneSum(s3), 12);
    out += 16;
  }
  for (; rows < end; rows += d) {
    let s = i32x4.splat(0);
    for (let j: usize = 0; j < <usize>d; j += 16) {
      s = multiplyAdd(s, v128.load(rows + j), v128.load(query + 2 * j), v128.load(query + 2 * j, 16));
    }
    store<i32>(out, laneSum(s));
    out += 4;
  }
}

function pairSum(a: v128, b: v128): f64 {
  const s = f64x2.add(a, b);
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}

function upper(x: v128): v128 {
  return i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** Inner product in float64 of a row `[d]` float32 with a query `[d]` float64. */
export function dot(row: usize, d: i32, query: usize): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  for (const end = row + 4 * <usize>d; row < end; row += 16) {
    const x = v128.load(row);
    s0 = f64x2.add(s0, f64x2.mul(f64x2.promote_low_f32x4(x), v128.load(query)));
    s1 = f64x2.add(s1, f64x2.mul(f64x2.promote_low_f32x4(upper(x)), v128.load(query, 16)));
    query += 32;
  }
  return pairSum(s0, s1);
}

/** Squared Euclidean distance in float64. */
export function squaredDistance(row: usize, d: i32, query: usize): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  for (const end = row + 4 * <usize>d; row < end; row += 16) {
    const x = v128.load(row);
    const a = f64x2.sub(f64x2.promote_low_f32x4(x), v128.load(query));
    const b = f64x2.sub(f64x2.promote_low_f32x4(upper(x)), v128.load(query, 16));
    s0 = f64x2.add(s0, f64x2.mul(a, a));
    s1 = f64x2.add(s1, f64x2.mul(b, b));
    query += 32;
  }
  return pairSum(s0, s1);
}

/** Manhattan distance in float64. */
export function absoluteDistance(row: usize, d: i32, query: usize): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  for (const end = row + 4 * <usize>d; row < end; row += 16) {
    const x = v128.load(row);
    s0 = f64x2.add(s0, f64x2.abs(f64x2.sub(f64x2.promote_low_f32x4(x), v128.load(query))));
    s1 = f64x2.add(s1, f64x2.abs(f64x2.sub(f64x2.promote_low_f32x4(upper(x)), v128.load(query, 16))));
    query += 32;
  }
  return pairSum(s0, s1);
}
