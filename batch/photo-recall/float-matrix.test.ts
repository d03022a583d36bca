import { describe, expect, it } from 'vitest';
import { randomNumbers, seededRandom } from '../../test/support/random.ts';
import { type FloatMatrix, unitRows, unitRowsGradient } from './float-matrix.ts';
import { openMatrixProducts } from './matrix-products.ts';

const SEED = 20261201;

describe(`matrices in memory (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const matrix = (rows: number, columns: number): FloatMatrix => ({
    rows,
    columns,
    data: randomNumbers(random, rows * columns),
  });

  it.each(['none', 'first', 'second'] as const)(
    'are multiplied as by hand, transposed: %s',
    async (which) => {
      const products = await openMatrixProducts();
      const [a, b] = [
        which === 'first' ? matrix(4, 3) : matrix(3, 4),
        which === 'second' ? matrix(5, 4) : matrix(4, 5),
      ];
      const found = await products.multiply(a, b, which);
      await products.close();
      expect([found.rows, found.columns]).toEqual([3, 5]);
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 5; j++) {
          let sum = 0;
          for (let p = 0; p < 4; p++) {
            const left = a.data[which === 'first' ? p * 3 + i : i * 4 + p] ?? 0;
            sum += left * (b.data[which === 'second' ? j * 4 + p : p * 5 + j] ?? 0);
          }
          expect(found.data[i * 5 + j]).toBeCloseTo(sum, 5);
        }
      }
    },
  );

  it('have rows brought to unit length, with the gradient of finite differences', () => {
    const [rows, weights] = [matrix(2, 6), matrix(2, 6)];
    const value = (data: Float32Array) =>
      unitRows({ ...rows, data }).unit.data.reduce((sum, x, at) => sum + x * (weights.data[at] ?? 0), 0);
    const found = unitRowsGradient(weights, unitRows(rows));
    for (let at = 0; at < 12; at++) {
      const moved = (step: number) => value(rows.data.map((x, index) => (index === at ? x + step : x)));
      expect(found.data[at]).toBeCloseTo((moved(0.01) - moved(-0.01)) / 0.02, 2);
    }
  });
});
