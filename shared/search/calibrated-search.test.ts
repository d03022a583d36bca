import { describe, expect, it } from 'vitest';
import { encoded, engine, failing, rankedPage } from '../../test/support/search-parts.ts';
import type { QueryEncoder, Ranker } from './ports.ts';

/** Scores are probabilities by themselves; half of the query's words are unknown in some tests, which counts -9. */
const CURVE = { intercept: 0, score: 1, unknownShare: -18, anyUnknown: 0, growth: 0, weak: 0.9, none: 0.1 };
const CURVES = { short: CURVE, long: CURVE };
const RECALL = { ...CURVE, weak: 0.5, none: 0.4 };
const calibrated = {
  shortlist: 4,
  coarseWeight: 1,
  calibration: { images: 10, rerank: CURVES, recall: { short: RECALL, long: RECALL } },
};
const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));

describe('a search with a calibrated model', () => {
  const encode: QueryEncoder['encode'] = async (query) => encoded({ ...query, ranking: calibrated });
  const rank: Ranker['rank'] = async (request) => ({ ...rankedPage(request), best: 3.6 });

  it('gives each hit its relevance, by the curve of its stage, and the answer the match of its best image', async () => {
    const { ask } = engine({ encoder: { encode }, ranker: { rank } });
    const { hits, match } = await ask({ limit: 5 });
    expect(hits.map(({ stage }) => stage)).toEqual(['rerank', 'rerank', 'rerank', 'rerank', 'recall']);
    for (const { score, relevance } of hits) expect(relevance).toBeCloseTo(sigmoid(score), 10);
    expect(match).toBe('good');
  });

  it('has the same match on every page', async () => {
    const { ask } = engine({
      encoder: { encode },
      ranker: { rank: async (request) => ({ ...rankedPage(request), best: 1 }) },
    });
    expect((await ask()).match).toBe('weak');
    expect((await ask({ offset: 3 })).match).toBe('weak');
  });

  it('has none if the model does not know the words', async () => {
    const words = [
      { text: 'dog', id: 4, known: true },
      { text: 'zebroid', id: 3, known: false },
    ];
    const { ask } = engine({
      encoder: { encode: async (query) => encoded({ ...query, words, ranking: calibrated }) },
      ranker: { rank },
    });
    expect((await ask()).match).toBe('none');
  });

  it("is matched by recall's curve if nothing was ranked", async () => {
    const { ask } = engine({ encoder: { encode }, ranker: { rank: failing('rerank_unavailable') } });
    const { match, hits } = await ask();
    expect(hits[0]?.relevance).toBeCloseTo(sigmoid(0.9), 10);
    expect(match).toBe('good');
    expect((await engine({ encoder: { encode } }).ask({ offset: 4 })).match).toBe('good');
  });

  it('has no match if the reranker does not say what the best image is, or there is none', async () => {
    expect((await engine({ encoder: { encode } }).ask()).match).toBeUndefined();
    const { ask } = engine({ encoder: { encode }, recall: { nearest: async () => [] } });
    expect(await ask()).toMatchObject({ hits: [], match: undefined });
  });
});
