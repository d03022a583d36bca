import { describe, expect, it } from 'vitest';
import { encoded, engine, rankedPage } from '../../test/support/search-parts.ts';
import { joinChannels } from './caption-search.ts';
import type { CaptionCandidates, RankRequest } from './ports.ts';

const RANKING = { shortlist: 4, coarseWeight: 1, captionWeight: 0.1 };
const searched = { encoder: { encode: async () => encoded({ ranking: RANKING }) } };
/** Images 0 and 8 have captions that fit; 8 is far behind by its cosine, 0.1. */
const found: CaptionCandidates = {
  found: [
    { id: 8, coarse: 0.1 },
    { id: 0, coarse: 0.9 },
  ],
  scores: new Map([
    [8, 7],
    [0, 1],
    [1, 0.5],
  ]),
};

describe('a search in captions', () => {
  it('joins what both channels find, and ranks that with the terms', async () => {
    const requests: RankRequest[] = [];
    const { ask } = engine({
      ...searched,
      recall: { byCaptions: async () => found },
      ranker: {
        rank: async (request) => {
          requests.push(request);
          return rankedPage(request);
        },
      },
    });
    const answer = await ask({ limit: 6 });
    // By cosine and a tenth of captions: 0 has 1, 1 has 0.85, 8 has 0.8, 2 has 0.7; 3 follows, which is the fourth by its cosine.
    expect(requests[0]?.candidates).toMatchObject([
      { id: 0, captions: 1, channels: ['pixels', 'captions'] },
      { id: 1, captions: 0.5, channels: ['pixels'] },
      { id: 8, captions: 7, channels: ['captions'] },
      { id: 2, captions: 0, channels: ['pixels'] },
    ]);
    expect(requests[0]?.query.captions?.terms.indices).toHaveLength(1);
    expect(answer.hits.map(({ id, channels }) => [id, channels])).toEqual([
      [2, ['pixels']],
      [8, ['captions']],
      [1, ['pixels']],
      [0, ['pixels', 'captions']],
      [3, ['pixels']],
      [4, ['pixels']],
    ]);
    expect(answer.total).toBe(4);
  });

  it('shows no image twice on pages, and misses none', async () => {
    const { ask } = engine({ ...searched, recall: { byCaptions: async () => found } });
    const ids: number[] = [];
    for (let offset = 0; offset < 12; offset += 3) {
      const { hits, more } = await ask({ offset, limit: 3 });
      ids.push(...hits.map(({ id }) => id));
      expect(more).toBe(offset + 3 < 10);
    }
    expect(ids.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('goes over captions alone on request, and ends with what they have', async () => {
    const { ask, nearest } = engine({ ...searched, recall: { byCaptions: async () => found } });
    const answer = await ask({ channels: ['captions'], limit: 2 });
    expect(answer.hits.map(({ id, channels }) => [id, channels])).toEqual([
      [8, ['captions']],
      [0, ['captions']],
    ]);
    expect(answer.more).toBe(false);
    expect(nearest).not.toHaveBeenCalled();
  });

  it.each([
    ['pixels are asked for', { channels: ['pixels' as const] }, RANKING],
    ['the index has none', {}, { shortlist: 4, coarseWeight: 1 }],
  ])('plays no part where %s', async (_why, request, ranking) => {
    const { ask, byCaptions, rank } = engine({ encoder: { encode: async () => encoded({ ranking }) } });
    const plain = await engine().ask();
    expect(await ask(request)).toEqual(plain);
    expect(byCaptions).not.toHaveBeenCalled();
    expect(rank.mock.calls[0]?.[0].query.captions).toBeUndefined();
  });

  it('is refused where the index has none, after asking which one is active', async () => {
    const { ask, encode } = engine({});
    await expect(ask({ channels: ['captions'] })).rejects.toMatchObject({ code: 'request_invalid' });
    expect(encode).toHaveBeenCalledTimes(1);
    const kept = engine({
      encoder: { encode: async (_query, fresh) => encoded(fresh ? { ranking: RANKING } : { kept: true }) },
      recall: { byCaptions: async () => found },
    });
    expect((await kept.ask({ channels: ['captions'] })).hits).toHaveLength(2);
  });

  it('alone is refused for an exhaustive search, and counts in one over both', async () => {
    const { ask, byCaptions, rank } = engine(searched);
    await expect(ask({ channels: ['captions'], exhaustive: true })).rejects.toMatchObject({
      code: 'request_invalid',
    });
    const { hits } = await ask({ exhaustive: true });
    expect(hits[0]?.channels).toBeUndefined();
    expect(rank.mock.calls[0]?.[0].query.captions?.weight).toBe(0.1);
    expect(byCaptions).not.toHaveBeenCalled();
  });

  it('finds nothing for function words alone, and leaves these to the pixels', async () => {
    const words = [{ text: 'on', id: 4, known: true }];
    const { ask, byCaptions } = engine({
      encoder: { encode: async () => encoded({ ranking: RANKING, words }) },
    });
    expect((await ask()).hits).toHaveLength(3);
    expect(byCaptions).not.toHaveBeenCalled();
    expect((await ask({ channels: ['captions'] })).hits).toEqual([]);
  });

  it('is in recall order if ranking fails, by both scores', async () => {
    const { ask } = engine({
      ...searched,
      recall: { byCaptions: async () => found },
      ranker: { rank: () => Promise.reject(new Error('away')) },
    });
    const { hits, degraded } = await ask({ limit: 4 });
    expect(degraded).toMatchObject({ what: 'order' });
    expect(hits.map(({ id, score, captions }) => [id, score.toFixed(1), captions])).toEqual([
      [0, '0.9', 1],
      [1, '0.8', 0.5],
      [8, '0.1', 7],
      [2, '0.7', 0],
    ]);
  });
});

describe('relevance', () => {
  const curve = { intercept: 0, score: 1, unknownShare: 0, anyUnknown: 0, growth: 0, weak: 0.3, none: 0.1 };
  const curves = { short: curve, long: curve };
  const calibration = { images: 10, rerank: curves, recall: curves };
  const ranking = { ...RANKING, calibration };

  it('is of hits that no caption raised, and match only if the best one is such', async () => {
    const best = async (captions: number) => {
      const { ask } = engine({
        encoder: { encode: async () => encoded({ ranking }) },
        recall: { byCaptions: async () => found },
        ranker: {
          rank: async (request) => {
            const page = rankedPage(request);
            const images = page.images.map((image, at) => ({ ...image, captions: at === 0 ? captions : 0 }));
            return { ...page, images, best: captions > 0 ? undefined : 1 };
          },
        },
      });
      return ask();
    };
    const raised = await best(2);
    expect(raised.match).toBeUndefined();
    expect(raised.hits.map(({ relevance }) => relevance === undefined)).toEqual([true, false, false]);
    const plain = await best(0);
    expect(plain.match).toBe('good');
    expect(plain.hits[0]?.relevance).toBeGreaterThan(0);
  });
});

describe('joined channels', () => {
  it('weigh captions against the mean cosine of several sentences', () => {
    const captions = {
      terms: { indices: Uint32Array.of(1), values: Float32Array.of(1) },
      weight: 1,
      alone: false,
    };
    const lists = {
      pixels: [{ id: 0, coarse: 0.9 }],
      found: [{ id: 1, coarse: 0.5 }],
      scores: new Map([[1, 0.3]]),
    };
    const order = (length: number) => {
      const combined = { sentences: [], length };
      return joinChannels({ ...encoded({}), captions, combined }, lists, 4).map(({ id }) => id);
    };
    expect(order(1)).toEqual([0, 1]);
    // 0.45 and 0.25 + 0.3.
    expect(order(0.5)).toEqual([1, 0]);
  });
});
