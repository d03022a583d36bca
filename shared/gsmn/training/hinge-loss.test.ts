import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hingeLoss, type Violation } from './hinge-loss.ts';

const batch = fc.integer({ min: 2, max: 7 }).chain((size) =>
  fc.tuple(
    fc.constant(size),
    fc.array(fc.float({ min: -2, max: 2, noNaN: true }), {
      minLength: size * size,
      maxLength: size * size,
    }),
  ),
);

/** The definition, over all wrong partners. */
function plainLoss(scores: Float32Array, size: number, margin: number, violation: Violation): number {
  const at = (i: number, j: number) => scores[i * size + j] ?? Number.NaN;
  let loss = 0;
  for (let own = 0; own < size; own++) {
    const others = [...Array(size).keys()].filter((other) => other !== own);
    for (const pair of [(other: number) => at(own, other), (other: number) => at(other, own)]) {
      const costs = others.map((other) => Math.max(0, margin + pair(other) - at(own, own)));
      const sum = costs.reduce((a, b) => a + b, 0);
      loss += violation === 'max' ? Math.max(...costs) : violation === 'sum' ? sum : sum / (size - 1);
    }
  }
  return loss;
}

describe('hingeLoss', () => {
  it.each(['sum', 'mean', 'max'] as const)('equals its definition: %s', (violation) => {
    fc.assert(
      fc.property(batch, ([size, values]) => {
        const scores = Float32Array.from(values);
        const { loss } = hingeLoss(scores, size, { margin: 0.2, violation });
        expect(loss).toBeCloseTo(plainLoss(scores, size, 0.2, violation), 4);
      }),
    );
  });

  it.each(['sum', 'max'] as const)('takes no pair that also fits for a wrong partner: %s', (violation) => {
    fc.assert(
      fc.property(batch, fc.uint8Array({ minLength: 49, maxLength: 49, max: 1 }), ([size, values], fits) => {
        const alsoRight = fits.slice(0, size * size);
        const settings = { margin: 0.2, violation };
        const found = hingeLoss(Float32Array.from(values), size, settings, alsoRight);
        // A pair whose score is far below all others violates nothing.
        const lowered = values.map((value, pair) =>
          alsoRight[pair] === 1 && pair % (size + 1) !== 0 ? -1000 : value,
        );
        const plain = hingeLoss(Float32Array.from(lowered), size, settings);
        expect(found.loss).toBeCloseTo(plain.loss, 4);
        expect(found.coefficients).toEqual(plain.coefficients);
      }),
    );
  });

  it.each(['sum', 'mean', 'max'] as const)('has coefficients that are its slopes: %s', (violation) => {
    fc.assert(
      fc.property(batch, fc.nat(48), ([size, values], which) => {
        const scores = Float32Array.from(values, (value) => Math.fround(value));
        const index = which % scores.length;
        const { coefficients, pairs } = hingeLoss(scores, size, { margin: 0.2, violation });
        expect(pairs).toBe([...coefficients].filter((value) => value !== 0).length);
        const moved = (by: number) => {
          const other = scores.slice();
          other[index] = (other[index] ?? 0) + by;
          return plainLoss(other, size, 0.2, violation);
        };
        const [left, right] = [(moved(0) - moved(-1e-3)) / 1e-3, (moved(1e-3) - moved(0)) / 1e-3];
        // At a corner, any slope between those of both sides is a derivative.
        expect(coefficients[index]).toBeGreaterThan(Math.min(left, right) - 0.01);
        expect(coefficients[index]).toBeLessThan(Math.max(left, right) + 0.01);
      }),
    );
  });

  it('counts at most three pairs for each image when only the worst counts', () => {
    const scores = Float32Array.from({ length: 64 }, (_, index) => Math.sin(index * 7.3));
    expect(hingeLoss(scores, 8, { margin: 2, violation: 'max' }).pairs).toBeLessThanOrEqual(24);
  });

  it('does not treat NaN as the absence of a violation', () => {
    const scores = Float32Array.of(1, Number.NaN, 0, 1);
    expect(hingeLoss(scores, 2, { margin: 0.2, violation: 'max' }).loss).toBeNaN();
  });

  it('refuses scores that are not square', () => {
    expect(() => hingeLoss(new Float32Array(5), 2, { margin: 0.2, violation: 'max' })).toThrow(/\[2, 2\]/);
  });
});
