import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answered, estimate, figuresByKind } from './query-figures.ts';
import { reliability } from './reliability.ts';

const hit = (id: number, gsmn: number, coarse: number, relevance?: number) => ({
  id,
  gsmn,
  coarse,
  score: gsmn + coarse,
  relevance,
  image: { name: `${id}.png`, width: 1, height: 1, captions: [] },
});
const answer = (hits: readonly ReturnType<typeof hit>[], match?: 'good' | 'weak' | 'none') => ({
  query: '',
  words: [],
  generation: 'g',
  backend: 'simd',
  encoder: 'simd',
  ranking: 'shortlist' as const,
  compared: hits.length,
  match,
  hits,
});

describe('estimate', () => {
  it('has the mean within its interval, which is narrower for more values', () => {
    const values = fc.array(fc.constantFrom(0, 1), { minLength: 5, maxLength: 40 });
    fc.assert(
      fc.property(values, (some) => {
        const { mean, low, high } = estimate(some);
        expect(mean).toBeCloseTo(some.reduce<number>((sum, value) => sum + value, 0) / some.length, 10);
        expect(low).toBeLessThanOrEqual(mean + 1e-9);
        expect(high).toBeGreaterThanOrEqual(mean - 1e-9);
        const more = estimate(Array.from({ length: 9 }, () => some).flat());
        expect(more.high - more.low).toBeLessThanOrEqual(high - low + 0.05);
      }),
      { numRuns: 20 },
    );
  });

  it('is near the interval of a proportion', () => {
    const { low, high } = estimate(Array.from({ length: 400 }, (_, at) => (at < 80 ? 1 : 0)));
    const half = 1.96 * Math.sqrt((0.2 * 0.8) / 400);
    expect(low).toBeCloseTo(0.2 - half, 1.8);
    expect(high).toBeCloseTo(0.2 + half, 1.8);
  });
});

describe('figuresByKind', () => {
  // By GSMN 3, 2, 1; by the coarse score 1, 2, 3; by both 2, 3, 1.
  const hits = [hit(2, 2, 2), hit(3, 3, 0.5), hit(1, 0, 3)];

  it('ranks each stage by its own score', () => {
    const query = answered({ text: 'q', kind: 'k', relevant: new Set([1]) }, answer(hits));
    const [figures] = figuresByKind([query]);
    expect(figures?.stages?.recall.reciprocalRank.mean).toBe(1);
    expect(figures?.stages?.rerank.reciprocalRank.mean).toBeCloseTo(1 / 3, 10);
    expect(figures?.stages?.fused.reciprocalRank.mean).toBeCloseTo(1 / 3, 10);
    expect(figures?.stages?.fused.hit5.mean).toBe(1);
    expect(figures?.doubted).toBeUndefined();
  });

  it('measures precision among ten, or among as many as are relevant', () => {
    const relevant = new Set([1, 2, 9]);
    const [figures] = figuresByKind([answered({ text: 'q', kind: 'k', relevant }, answer(hits))]);
    expect(figures?.stages?.fused.precision10.mean).toBeCloseTo(2 / 3, 10);
  });

  it('counts matches by kind, and gives queries without an answer no ranks', () => {
    const none = new Set<number>();
    const figures = figuresByKind([
      answered({ text: 'a', kind: 'absent', relevant: none }, answer(hits, 'none')),
      answered({ text: 'b', kind: 'absent', relevant: none }, answer(hits, 'weak')),
      answered({ text: 'c', kind: 'found', relevant: new Set([2]) }, answer(hits, 'good')),
    ]);
    expect(figures).toMatchObject([
      { kind: 'absent', queries: 2, stages: undefined, doubted: { mean: 1 }, none: { mean: 0.5 } },
      { kind: 'found', queries: 1, doubted: { mean: 0 } },
    ]);
  });
});

describe('reliability', () => {
  it('compares what relevance says with the share that fits', () => {
    const hits = Array.from({ length: 10 }, (_, id) => hit(id, 0, 0, 0.62));
    const relevant = new Set([0, 1, 2, 3, 4]);
    const found = reliability([answered({ text: 'q', kind: 'k', relevant }, answer(hits))]);
    expect(found?.bins).toHaveLength(1);
    expect(found?.bins[0]?.predicted).toBeCloseTo(0.62, 10);
    expect(found?.bins[0]?.observed).toBe(0.5);
    expect(found?.error).toBeCloseTo(0.12, 10);
  });

  it('is undefined without a calibration', () => {
    const query = answered({ text: 'q', kind: 'k', relevant: new Set([0]) }, answer([hit(0, 0, 0)]));
    expect(reliability([query])).toBeUndefined();
  });
});
