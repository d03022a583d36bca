import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Calibration, QueryWord } from '../schema/index.ts';
import { matchOf, queryTraits, relevance } from './relevance.ts';

const word = (text: string, more: Partial<QueryWord> = {}): QueryWord => ({
  text,
  id: 1,
  known: true,
  ...more,
});

const number = fc.double({ min: -20, max: 20, noNaN: true });
const curve = fc
  .record({
    intercept: number,
    score: fc.double({ min: 0, max: 20, noNaN: true }),
    unknownShare: number,
    anyUnknown: number,
    growth: fc.double({ min: 0, max: 2, noNaN: true }),
    thresholds: fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    ),
  })
  .map(({ thresholds: [a, b], ...rest }) => ({ ...rest, none: Math.min(a, b), weak: Math.max(a, b) }));
const curves = fc.record({ short: curve, long: curve });
const calibration: fc.Arbitrary<Calibration> = fc.record({
  images: fc.integer({ min: 1, max: 1000 }),
  rerank: curves,
  recall: curves,
});
const traits = fc.record({
  length: fc.constantFrom('short' as const, 'long' as const),
  unknownShare: fc.double({ min: 0, max: 1, noNaN: true }),
});
const by = fc.constantFrom('rerank' as const, 'recall' as const);

describe('queryTraits', () => {
  it('counts words that say something, and what relates them', () => {
    expect(queryTraits([word('a'), word('dog'), word('and'), word('the'), word('snow'), word('.')])).toEqual({
      length: 'short',
      unknownShare: 0,
    });
    for (const text of ['a man rides a horse', 'a dog in the snow']) {
      expect(queryTraits(text.split(' ').map((one) => word(one))).length).toBe('long');
    }
  });

  it('counts words that nothing stands for as unknown, and those that are denied not at all', () => {
    const words = [
      word('dogs', { known: false, as: 'dog', by: 'form' }),
      word('zebroid', { known: false }),
      word('without', { negated: true }),
      word('wok', { known: false, negated: true }),
    ];
    expect(queryTraits(words)).toEqual({ length: 'short', unknownShare: 0.5 });
  });

  it('counts a word as unknown that another one stands for which is only near in meaning', () => {
    const words = [word('red'), word('zebra', { known: false, as: 'horse', by: 'meaning' })];
    expect(queryTraits(words)).toEqual({ length: 'short', unknownShare: 0.5 });
  });

  it('takes a query of function words for a short one that is known', () => {
    expect(queryTraits([word('on'), word('the')])).toEqual({ length: 'short', unknownShare: 0 });
  });
});

describe('relevance', () => {
  it('is a probability, and has the order of the scores', () => {
    fc.assert(
      fc.property(calibration, by, traits, number, number, (own, stage, query, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((score) =>
          relevance(own, stage, query, score),
        );
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(high as number);
      }),
    );
  });
});

describe('matchOf', () => {
  const order = ['none', 'weak', 'good'];

  it('compares the relevance of the best image with the thresholds', () => {
    fc.assert(
      fc.property(calibration, by, traits, number, (own, stage, query, score) => {
        const { weak, none } = own[stage][query.length];
        const best = relevance(own, stage, query, score);
        const match = matchOf(own, stage, query, { score, images: own.images });
        expect(match).toBe(best < none ? 'none' : best < weak ? 'weak' : 'good');
      }),
    );
  });

  it('expects a higher score of more images', () => {
    fc.assert(
      fc.property(
        calibration,
        by,
        traits,
        number,
        fc.integer({ min: 1, max: 50 }),
        (own, stage, query, score, times) => {
          const of = (images: number) => order.indexOf(matchOf(own, stage, query, { score, images }));
          expect(of(own.images * times)).toBeLessThanOrEqual(of(own.images));
          const { growth } = own[stage][query.length];
          const higher = score + growth * Math.log(times) + 1e-9;
          const images = own.images * times;
          expect(order.indexOf(matchOf(own, stage, query, { score: higher, images }))).toBeGreaterThanOrEqual(
            of(own.images),
          );
        },
      ),
    );
  });
});
