import { describe, expect, it } from 'vitest';
import { negativeExponential } from './negative-exponential.ts';

describe('the exponential of negative numbers', () => {
  it('is that of Math.exp to 3e-13, between the steps of its table and on them', () => {
    let worst = 0;
    for (let t = 0; t < 40; t += 0.000_97) {
      worst = Math.max(worst, Math.abs(negativeExponential(t) / Math.exp(-t) - 1));
    }
    expect(worst).toBeLessThan(3e-13);
    expect([0, 1 / 64, 1].map(negativeExponential)).toEqual([0, 1 / 64, 1].map((t) => Math.exp(-t)));
  });

  it('vanishes far out, and is no number of none', () => {
    expect([39.9999, 40, 1e300, Infinity].map((t) => negativeExponential(t) < 1e-17)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(negativeExponential(Number.NaN)).toBeNaN();
  });
});
