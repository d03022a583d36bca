import { describe, expect, it } from 'vitest';
import { randomNumbers, seededRandom } from '../../../test/support/random.ts';
import { fitPrincipalParts, principalComponents } from './principal-parts.ts';

const SEED = 20261129;

/** The inner products of the centred columns `[from, to)`, divided by their total variance. */
function innerProducts(rows: Float32Array, size: number, from: number, to: number): number[] {
  const count = rows.length / size;
  const centred = Array.from({ length: count }, (_, row) =>
    Array.from({ length: to - from }, (_unused, column) => {
      const at = (other: number) => rows[other * size + from + column] ?? Number.NaN;
      let mean = 0;
      for (let other = 0; other < count; other++) mean += at(other) / count;
      return at(row) - mean;
    }),
  );
  const products = centred.flatMap((a) =>
    centred.map((b) => a.reduce((sum, value, column) => sum + value * (b[column] ?? 0), 0)),
  );
  const variance = centred.reduce((sum, _, row) => sum + (products[row * (count + 1)] ?? 0) / count, 0);
  return products.map((value) => value / variance);
}

describe(`principal components (seed ${SEED})`, () => {
  // Few rows are decomposed by their inner products, many by the covariance of their columns.
  it.each([
    [6, [9, 20]],
    [12, [4, 12]],
    [40, [7, 3]],
    [2, [5, 5]],
  ])('of %i rows keep the inner products within each part of %j columns', (count, widths) => {
    const [first = 0, second = 0] = widths;
    const size = first + second;
    const rows = randomNumbers(seededRandom(SEED), count * size);
    const fitted = fitPrincipalParts(rows, widths, 100);
    const own = fitted.parts.map((part) => part.count);
    expect(own).toEqual(widths.map((width) => (count <= width ? count - 1 : width)));
    const found = principalComponents(fitted, rows);
    for (const [part, [from, to]] of [
      [0, first],
      [first, size],
    ].entries()) {
      const start = part === 0 ? 0 : (own[0] ?? 0);
      const columns = own[part] ?? 0;
      const products = Array.from({ length: count * count }, (_, at) => {
        const [a, b] = [Math.floor(at / count), at % count];
        let sum = 0;
        for (let c = start; c < start + columns; c++) {
          sum += (found[a * fitted.components + c] ?? 0) * (found[b * fitted.components + c] ?? 0);
        }
        return sum;
      });
      for (const [at, expected] of innerProducts(rows, size, from ?? 0, to ?? 0).entries()) {
        expect(products[at]).toBeCloseTo(expected, 4);
      }
    }
  });
});
