import { describe, expect, it } from 'vitest';
import { randomNumbers, seededRandom } from '../../test/support/random.ts';
import { infoNce } from './info-nce.ts';

const SEED = 20261130;
const N = 5;

describe(`infoNce (seed ${SEED})`, () => {
  const data = randomNumbers(seededRandom(SEED), N * N);
  const at = (changed: number, step: number, logScale: number) => {
    const moved = Float32Array.from(data);
    if (changed >= 0) moved[changed] = (moved[changed] ?? 0) + step;
    return infoNce({ rows: N, columns: N, data: moved }, logScale);
  };

  it('is the mean cross entropy of both directions', () => {
    const even = infoNce({ rows: N, columns: N, data: new Float32Array(N * N) }, 2);
    expect(even.loss).toBeCloseTo(Math.log(N), 6);
    const sure = Float32Array.from({ length: N * N }, (_, cell) => (cell % (N + 1) === 0 ? 1 : 0));
    expect(infoNce({ rows: N, columns: N, data: sure }, Math.log(50)).loss).toBeCloseTo(0, 6);
  });

  it('has the gradients of finite differences', () => {
    const { cosines, logScale } = at(-1, 0, 1.2);
    for (let cell = 0; cell < N * N; cell++) {
      const slope = (at(cell, 0.01, 1.2).loss - at(cell, -0.01, 1.2).loss) / 0.02;
      expect(cosines.data[cell]).toBeCloseTo(slope, 3);
    }
    expect(logScale).toBeCloseTo((at(-1, 0, 1.201).loss - at(-1, 0, 1.199).loss) / 0.002, 3);
  });
});
