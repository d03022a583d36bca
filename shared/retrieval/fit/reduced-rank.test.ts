import { describe, expect, it } from 'vitest';
import { randomNumbers, seededRandom } from '../../../test/support/random.ts';
import { fitReducedRank } from './reduced-rank.ts';

const [SEED, COUNT, DX, DY] = [20261207, 400, 5, 4];

describe(`reduced-rank regression (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const centred = (numbers: Float64Array, columns: number) => {
    const means = Array.from({ length: columns }, (_, c) => {
      const own = numbers.filter((_value, at) => at % columns === c);
      return own.reduce((sum, value) => sum + value, 0) / own.length;
    });
    return numbers.map((value, at) => value - (means[at % columns] ?? 0));
  };
  const X = centred(Float64Array.from(randomNumbers(random, COUNT * DX)), DX);
  // Two directions make all targets but the last, which never varies.
  const A = randomNumbers(random, 2 * DX);
  const B = randomNumbers(random, 2 * DY);
  const Y = new Float64Array(COUNT * DY);
  for (let row = 0; row < COUNT; row++) {
    for (let k = 0; k < 2; k++) {
      let hidden = 0;
      for (let f = 0; f < DX; f++) hidden += (A[k * DX + f] ?? 0) * (X[row * DX + f] ?? 0);
      for (let t = 0; t < DY - 1; t++) {
        Y[row * DY + t] = (Y[row * DY + t] ?? 0) + hidden * (B[k * DY + t] ?? 0);
      }
    }
  }
  const predicted = (
    { features, targets, rank }: ReturnType<typeof fitReducedRank>,
    row: number,
    t: number,
  ) => {
    let sum = 0;
    for (let k = 0; k < rank; k++) {
      for (let f = 0; f < DX; f++) {
        sum += (targets[k * DY + t] ?? 0) * (features[k * DX + f] ?? 0) * (X[row * DX + f] ?? 0);
      }
    }
    return sum;
  };
  const deviation = (t: number) => {
    const squares = Array.from({ length: COUNT }, (_, row) => (Y[row * DY + t] ?? 0) ** 2);
    return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / COUNT);
  };

  it('predicts what two directions make with a rank of two, scaled to the deviation 1', () => {
    const fitted = fitReducedRank(X, Y, COUNT, { rank: 2, ridge: 1e-9 });
    for (let row = 0; row < 20; row++) {
      for (let t = 0; t < DY - 1; t++) {
        expect(predicted(fitted, row, t)).toBeCloseTo((Y[row * DY + t] ?? 0) / deviation(t), 4);
      }
      expect(predicted(fitted, row, DY - 1)).toBeCloseTo(0, 6);
    }
  });

  it('predicts less with a ridge, and has no higher rank than targets', () => {
    const [free, held] = [1e-9, 5].map((ridge) => fitReducedRank(X, Y, COUNT, { rank: 9, ridge }));
    expect(free?.rank).toBe(DY);
    const size = (fitted: typeof free) =>
      Math.hypot(...Array.from({ length: 50 }, (_, row) => (fitted ? predicted(fitted, row, 0) : 0)));
    expect(size(held)).toBeLessThan(0.6 * size(free));
  });
});
