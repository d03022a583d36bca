import { AppError } from '../../errors/index.ts';

/**
 * The mean of `rows: [count, size]`, written to `out` from `offset`.
 *
 * @param weights `[count]`, not all zero; without them all rows have the same weight.
 */
export function weightedMean(
  rows: Float32Array,
  [count, size]: readonly [count: number, size: number],
  weights: Float64Array | undefined,
  out: Float64Array,
  offset: number,
): void {
  out.fill(0, offset, offset + size);
  let total = 0;
  for (let r = 0; r < count; r++) {
    const weight = weights === undefined ? 1 : (weights[r] as number);
    if (weight === 0) continue;
    total += weight;
    const row = r * size;
    for (let f = 0; f < size; f++) {
      out[offset + f] = (out[offset + f] as number) + weight * (rows[row + f] as number);
    }
  }
  for (let f = 0; f < size; f++) out[offset + f] = (out[offset + f] as number) / total;
}

/** @throws AppError `shape_mismatch` unless `data` is `[rows, columns]`; `what` names it. */
export function assertRows(what: string, data: Float32Array, rows: number, columns: number): void {
  if (data.length === rows * columns) return;
  throw new AppError(
    'shape_mismatch',
    `recall encoder: ${what} hold ${data.length} numbers, expected [${rows}, ${columns}]`,
    { hint: 'the recall encoder was fitted for another model or for other region features' },
  );
}
