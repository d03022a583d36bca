import fc from 'fast-check';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, it } from 'vitest';
import { fitLogistic, type LogisticSample } from './logistic-regression.ts';

describe('fitLogistic', () => {
  it('finds the model that made the samples', () => {
    const random = xoroshiro128plus(3);
    const samples = Array.from({ length: 20_000 }, (): LogisticSample => {
      const features = [4 * uniformFloat64(random) - 2, 10 * uniformFloat64(random)];
      const logit = 1 + 1.5 * (features[0] as number) - 0.3 * (features[1] as number);
      return { features, isTrue: uniformFloat64(random) < 1 / (1 + Math.exp(-logit)), weight: 1 };
    });
    const { intercept, coefficients } = fitLogistic(samples);
    expect(intercept).toBeCloseTo(1, 0.8);
    expect(coefficients[0]).toBeCloseTo(1.5, 0.8);
    expect(coefficients[1]).toBeCloseTo(-0.3, 1.2);
  });

  it('predicts the share that is true, on average', () => {
    const sample = fc.record({
      features: fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.constantFrom(0, 1)),
      isTrue: fc.boolean(),
      weight: fc.double({ min: 0.5, max: 2, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 30, maxLength: 60 }), (samples) => {
        fc.pre(new Set(samples.map(({ isTrue }) => isTrue)).size === 2);
        const { intercept, coefficients } = fitLogistic(samples);
        const predicted = samples.reduce((sum, { features, weight }) => {
          const logit = features.reduce(
            (all, value, at) => all + value * (coefficients[at] as number),
            intercept,
          );
          return sum + weight / (1 + Math.exp(-logit));
        }, 0);
        const observed = samples.reduce((sum, { isTrue, weight }) => sum + (isTrue ? weight : 0), 0);
        expect(predicted / observed).toBeCloseTo(1, 3);
      }),
    );
  });

  it('stays finite if a feature separates the samples, and gives one that never varies no weight', () => {
    const samples = Array.from({ length: 40 }, (_, at) => ({
      features: [at, 7],
      isTrue: at >= 20,
      weight: 1,
    }));
    const { intercept, coefficients } = fitLogistic(samples);
    expect([intercept, ...coefficients].every(Number.isFinite)).toBe(true);
    expect(coefficients[0]).toBeGreaterThan(0);
    expect(coefficients[1]).toBe(0);
  });
});
