import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { AppError, type ErrorCode } from '../errors/index.ts';
import { indexFieldsSchema, RANK_LIMITS } from '../schema/index.ts';
import { collapseAlike } from './collapse-alike.ts';
import type {
  Candidate,
  EncodedQuery,
  Fields,
  Payloads,
  QueryEncoder,
  RankedPage,
  Ranker,
  Recall,
} from './ports.ts';
import { search } from './search-engine.ts';
import type { SearchParts, SearchRequest, SearchStage } from './search-request.ts';

const EVIDENCE = { words: [[0.5]], boxes: [] };
const payloadOf = (id: number) => ({ name: `${id}.png`, width: 4, height: 3, captions: [`caption ${id}`] });

function encoded(changes: Partial<EncodedQuery> = {}): EncodedQuery {
  return {
    text: 'a dog',
    generation: 'g1',
    collection: 'images-g1',
    images: 10,
    ranking: { shortlist: 4, coarseWeight: 1 },
    grouped: false,
    understand: true,
    words: [{ text: 'dog', id: 4, known: true }],
    searched: ['dog'],
    coarse: Float32Array.of(0.6, 0.8),
    kept: false,
    ...changes,
  };
}

/** Images 0, 1, 2 … with a cosine that falls by a tenth each. */
const recalled = (count: number): Candidate[] =>
  Array.from({ length: count }, (_, id) => ({ id, coarse: 0.9 - id / 10 }));

function listOf(candidates: Parameters<Ranker['rank']>[0]['candidates']): readonly Candidate[] {
  if (candidates === 'all') return recalled(10);
  return 'passing' in candidates
    ? recalled(10).filter(({ id }) => candidates.passing.includes(id))
    : candidates;
}

/** A ranker that ranks the last candidate first; of all images, the last of ten. */
function rankedPage({ candidates, offset, limit }: Parameters<Ranker['rank']>[0]): RankedPage {
  const all = listOf(candidates).toReversed();
  return {
    active: 'g1',
    backend: 'fake',
    compared: all.length,
    images: all.slice(offset, offset + limit).map(({ id, coarse }) => ({
      id,
      coarse,
      gsmn: id,
      score: id + coarse,
      payload: payloadOf(id),
      evidence: EVIDENCE,
    })),
    evidence: 'complete',
    took: { match: 1, evidence: 2 },
  };
}

/** Parts that work; a test replaces those that it tests. */
function engine(changes: Partial<SearchParts> = {}) {
  const encode = vi.fn<QueryEncoder['encode']>(async (query) => encoded(query));
  const nearest = vi.fn<Recall['nearest']>(async (_query, limit) => recalled(10).slice(0, limit));
  const rank = vi.fn<Ranker['rank']>(async (request) => rankedPage(request));
  const read = vi.fn<Payloads['read']>(async (_query, ids) => new Map(ids.map((id) => [id, payloadOf(id)])));
  const count = vi.fn<Fields['count']>(async () => 3);
  const passing = vi.fn<Fields['passing']>(async () => [1, 4, 7]);
  const values = vi.fn<Fields['values']>(async (_query, ids) =>
    ids.map((id) => ({ tag: id < 2 ? ['a'] : ['a', 'b'] })),
  );
  const parts: SearchParts = {
    encoder: { encode },
    recall: { nearest },
    ranker: { rank },
    payloads: { read },
    fields: { count, passing, values },
    visible: 'public',
    degrade: true,
    ...changes,
  };
  const call = { requestId: 'r-1', signal: new AbortController().signal };
  const ask = (request: Partial<SearchRequest> = {}) =>
    search(
      { q: 'a dog', limit: 3, offset: 0, exhaustive: false, understand: true, collapse: true, ...request },
      parts,
      call,
    );
  return { encode, nearest, rank, read, count, passing, values, ask, call, parts };
}

const failing = (code: ErrorCode) => async (): Promise<never> => {
  throw new AppError(code, `made to fail with ${code}`);
};

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

describe('a search', () => {
  it('encodes, recalls, and ranks the shortlist; payloads come with the page', async () => {
    const { ask, encode, nearest, rank, read, call } = engine();
    const answer = await ask({ limit: 2, offset: 1 });
    expect(answer).toEqual({
      query: 'a dog',
      words: encoded().words,
      searched: ['dog'],
      understood: undefined,
      without: undefined,
      generation: 'g1',
      stage: 'rerank',
      compared: expect.objectContaining({ backend: 'fake', compared: 4, took: { match: 1, evidence: 2 } }),
      degraded: undefined,
      filtered: undefined,
      facets: undefined,
      hits: [2, 1].map((id) => ({
        id,
        stage: 'rerank',
        score: id + (0.9 - id / 10),
        coarse: 0.9 - id / 10,
        gsmn: id,
        image: payloadOf(id),
        evidence: EVIDENCE,
      })),
    });
    const query = encoded();
    expect(encode.mock.calls).toEqual([[{ text: 'a dog', understand: true }, false, call]]);
    // No more than the shortlist if the page ends in it.
    expect(nearest.mock.calls).toEqual([[query, 4, call, undefined]]);
    expect(rank.mock.calls).toEqual([[{ query, candidates: recalled(4), offset: 1, limit: 2 }, call]]);
    expect(read).not.toHaveBeenCalled();
  });

  it("continues behind the shortlist in recall's order, with payloads for these hits only", async () => {
    const { ask, nearest, read, call } = engine();
    const answer = await ask({ limit: 5, offset: 2 });
    expect(answer.hits.map(({ id, stage }) => [id, stage])).toEqual([
      [1, 'rerank'],
      [0, 'rerank'],
      [4, 'recall'],
      [5, 'recall'],
      [6, 'recall'],
    ]);
    expect(answer.hits[2]).toEqual({ id: 4, stage: 'recall', score: 0.5, coarse: 0.5, image: payloadOf(4) });
    expect(answer.stage).toBe('rerank');
    expect(nearest.mock.calls[0]?.[1]).toBe(7);
    expect(read.mock.calls).toEqual([[encoded(), [4, 5, 6], call]]);
  });

  it.each([1, 2, 3, 4, 10])('shows every image on exactly one page, with pages of %i', async (limit) => {
    const { ask } = engine();
    const ids: number[] = [];
    for (let offset = 0; offset < 10 + limit; offset += limit) {
      ids.push(...(await ask({ limit, offset })).hits.map(({ id }) => id));
    }
    expect(ids).toEqual([3, 2, 1, 0, 4, 5, 6, 7, 8, 9]);
  });

  it('does not call the ranker for a page behind the shortlist', async () => {
    const { ask, rank } = engine();
    const answer = await ask({ offset: 4, limit: 2 });
    expect(answer.hits.map(({ id, stage }) => [id, stage])).toEqual([
      [4, 'recall'],
      [5, 'recall'],
    ]);
    expect([answer.stage, answer.degraded, answer.compared]).toEqual(['recall', undefined, undefined]);
    expect(rank).not.toHaveBeenCalled();
  });

  it('has no hits in an empty collection', async () => {
    const { ask, rank, read } = engine({ recall: { nearest: async () => [] } });
    expect(await ask()).toMatchObject({ hits: [], degraded: undefined, generation: 'g1' });
    expect([rank.mock.calls, read.mock.calls]).toEqual([[], []]);
  });

  it('ranks at most as many candidates as the ranker accepts', async () => {
    const query = encoded({ ranking: { shortlist: 5000, coarseWeight: 1 } });
    const { ask, nearest } = engine({ encoder: { encode: async () => query } });
    await ask();
    expect(nearest.mock.calls[0]?.[1]).toBe(RANK_LIMITS.shortlist);
  });

  it('looks up payloads if the ranker has none', async () => {
    const bare: Ranker = {
      rank: async (request) => {
        const page = rankedPage(request);
        return { ...page, images: page.images.map((image) => ({ ...image, payload: undefined })) };
      },
    };
    const { ask, read } = engine({ ranker: bare });
    const { hits } = await ask();
    expect(hits.map(({ image }) => image.name)).toEqual(['3.png', '2.png', '1.png']);
    expect(read.mock.calls[0]?.[1]).toEqual([3, 2, 1]);
  });

  it('times its stages with the given clock', async () => {
    const stages: SearchStage[] = [];
    const time: SearchParts['time'] = (stage, work) => {
      stages.push(stage);
      return work();
    };
    await engine({ time }).ask();
    await engine({ time }).ask({ limit: 6 });
    await engine({ time }).ask({ exhaustive: true });
    expect(stages.join(' ')).toBe('encode recall rank encode recall rank payloads encode rank');
  });
});

describe('an exhaustive search', () => {
  it('ranks every image without recall', async () => {
    const { ask, nearest, rank, call } = engine();
    const answer = await ask({ exhaustive: true, offset: 2, limit: 3 });
    expect(answer.hits.map(({ id, stage }) => [id, stage])).toEqual([
      [7, 'rerank'],
      [6, 'rerank'],
      [5, 'rerank'],
    ]);
    expect(answer).toMatchObject({ stage: 'rerank', compared: { compared: 10 } });
    expect(rank.mock.calls).toEqual([[{ query: encoded(), candidates: 'all', offset: 2, limit: 3 }, call]]);
    expect(nearest).not.toHaveBeenCalled();
  });

  it('has an empty page behind the last image, which still counts as ranked', async () => {
    expect(await engine().ask({ exhaustive: true, offset: 10 })).toMatchObject({ hits: [], stage: 'rerank' });
  });

  it.each(['rerank_unavailable', 'timeout', 'request_too_large'] as const)(
    'fails if the ranker fails with %s',
    async (code) => {
      const { ask } = engine({ ranker: { rank: failing(code) } });
      await expect(ask({ exhaustive: true })).rejects.toMatchObject({ code });
    },
  );
});

describe('a degraded answer', () => {
  it.each([
    ['rerank_unavailable', 'rerank_unavailable'],
    ['overloaded', 'overloaded'],
    ['request_invalid', 'rerank_unavailable'],
    ['internal', 'rerank_unavailable'],
    ['timeout', 'timeout'],
  ] as const)("is in recall's order if ranking fails with %s", async (code, said) => {
    const { ask, read } = engine({ ranker: { rank: failing(code) } });
    const answer = await ask({ offset: 1, limit: 5 });
    expect(answer).toMatchObject({ stage: 'recall', degraded: { what: 'order', code: said } });
    expect(answer.compared).toBeUndefined();
    expect(answer.hits.map(({ id, stage, score }) => [id, stage, score])).toEqual(
      [1, 2, 3, 4, 5].map((id) => [id, 'recall', 0.9 - id / 10]),
    );
    expect(read.mock.calls[0]?.[1]).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([
    ['late', 'timeout'],
    ['failed', 'rerank_unavailable'],
  ] as const)('keeps its order if evidence is %s', async (evidence, code) => {
    const rank: Ranker['rank'] = async (request) => ({ ...rankedPage(request), evidence });
    for (const exhaustive of [false, true]) {
      const answer = await engine({ ranker: { rank } }).ask({ exhaustive, limit: 1 });
      expect(answer).toMatchObject({ stage: 'rerank', degraded: { what: 'evidence', code } });
      expect(answer.hits).toHaveLength(1);
    }
  });

  it.each(['rerank_unavailable', 'timeout', 'memory_exhausted'] as const)(
    'is not given if the search must not degrade: %s',
    async (code) => {
      const { ask } = engine({ degrade: false, ranker: { rank: failing(code) } });
      await expect(ask()).rejects.toMatchObject({ code });
    },
  );
});

describe('a failing part', () => {
  it.each(['encode_unavailable', 'query_too_long', 'timeout'] as const)(
    'fails the search: the encoder with %s',
    async (code) => {
      const encode = vi.fn(failing(code));
      await expect(engine({ encoder: { encode } }).ask()).rejects.toMatchObject({ code });
      expect(encode).toHaveBeenCalledTimes(1);
    },
  );

  it.each(['recall_unavailable', 'timeout'] as const)('fails the search: recall with %s', async (code) => {
    const nearest = vi.fn(failing(code));
    await expect(engine({ recall: { nearest } }).ask()).rejects.toMatchObject({ code });
    expect(nearest).toHaveBeenCalledTimes(1);
  });

  it('fails the search: payloads', async () => {
    const { ask } = engine({ payloads: { read: failing('recall_unavailable') } });
    await expect(ask({ limit: 5 })).rejects.toMatchObject({ code: 'recall_unavailable' });
  });

  it('ends the search if it was cancelled, with or without degrading', async () => {
    for (const degrade of [true, false]) {
      const rank = vi.fn(failing('cancelled'));
      await expect(engine({ degrade, ranker: { rank } }).ask()).rejects.toMatchObject({ code: 'cancelled' });
      expect(rank).toHaveBeenCalledTimes(1);
    }
  });
});

describe('a generation that is not active any more', () => {
  /** An encoder that keeps generation `g1`, and gets `g2` when it asks. */
  const keeping = () =>
    vi.fn<QueryEncoder['encode']>(async (_text, fresh) =>
      fresh ? encoded({ generation: 'g2', collection: 'images-g2' }) : encoded({ kept: true }),
    );
  const activeIs =
    (active: string): Ranker['rank'] =>
    async (request) => ({ ...rankedPage(request), active });

  it('is replaced by a fresh encoding if the ranker does not have it any more', async () => {
    const encode = keeping();
    const rank = vi.fn<Ranker['rank']>(async (request) => {
      if (request.query.generation === 'g1') throw new AppError('generation_stale', 'gone');
      return { ...rankedPage(request), active: 'g2' };
    });
    for (const exhaustive of [false, true]) {
      const { ask, nearest } = engine({ encoder: { encode }, ranker: { rank } });
      const answer = await ask({ exhaustive });
      expect(answer).toMatchObject({ generation: 'g2', stage: 'rerank', degraded: undefined });
      expect(encode.mock.calls.map(([, fresh]) => fresh)).toEqual([false, true]);
      expect(nearest.mock.calls.map(([{ collection }]) => collection)).toEqual(
        exhaustive ? [] : ['images-g1', 'images-g2'],
      );
      encode.mockClear();
    }
  });

  it('is replaced if its model was kept and the ranker names another one', async () => {
    const encode = keeping();
    const { ask } = engine({ encoder: { encode }, ranker: { rank: activeIs('g2') } });
    expect((await ask()).generation).toBe('g2');
    expect(encode.mock.calls.map(([, fresh]) => fresh)).toEqual([false, true]);
  });

  it('is not used for a page that nothing is ranked on, where no rank response would tell', async () => {
    const encode = keeping();
    const { ask, rank } = engine({ encoder: { encode } });
    expect((await ask({ offset: 4 })).generation).toBe('g2');
    expect(encode.mock.calls.map(([, fresh]) => fresh)).toEqual([false, true]);
    expect(rank).not.toHaveBeenCalled();
  });

  it('has the answer for such a page if no fresh encoding is available', async () => {
    const encode = vi.fn<QueryEncoder['encode']>(async (_text, fresh) =>
      fresh ? failing('encode_unavailable')() : encoded({ kept: true }),
    );
    const { ask } = engine({ encoder: { encode } });
    expect(await ask({ offset: 4, limit: 1 })).toMatchObject({ generation: 'g1', hits: [{ id: 4 }] });
    const { ask: strict } = engine({ encoder: { encode }, degrade: false });
    await expect(strict({ offset: 4 })).rejects.toMatchObject({ code: 'encode_unavailable' });
  });

  it('is accepted if the encoding was fresh, because it was active a moment ago', async () => {
    const { ask, encode } = engine({ ranker: { rank: activeIs('g2') } });
    expect((await ask()).generation).toBe('g1');
    expect(encode).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['its collection is missing', { recall: { nearest: failing('not_found') } }, 2],
    ['its payloads are missing', { payloads: { read: failing('not_found') } }, 2],
    ['its points are being deleted', { payloads: { read: async () => new Map() } }, 2],
  ])('is replaced once, and not again: %s', async (_, changes: Partial<SearchParts>, times) => {
    const encode = keeping();
    const { ask } = engine({ ...changes, encoder: { encode } });
    await expect(ask({ limit: 5 })).rejects.toMatchObject({ code: 'not_found' });
    expect(encode).toHaveBeenCalledTimes(times);
  });

  it('ends the search if the fresh one is stale as well', async () => {
    const { ask, encode } = engine({ ranker: { rank: failing('generation_stale') } });
    await expect(ask()).rejects.toMatchObject({ code: 'generation_stale' });
    expect(encode.mock.calls.map(([, fresh]) => fresh)).toEqual([false, true]);
  });

  it('is replaced if its points were deleted between ranking and looking up payloads', async () => {
    const read = vi.fn<Payloads['read']>(async ({ collection }, ids) =>
      collection === 'images-g1'
        ? new Map([[4, payloadOf(4)]])
        : new Map(ids.map((id) => [id, payloadOf(id)])),
    );
    const { ask } = engine({ encoder: { encode: keeping() }, payloads: { read } });
    const answer = await ask({ limit: 6 });
    expect([answer.generation, answer.hits.length]).toEqual(['g2', 6]);
    expect(read).toHaveBeenCalledTimes(2);
  });
});

describe('images that look alike', () => {
  /** Images 0 to 29, of which some look alike. */
  const COUNT = 30;
  const cosine = (id: number) => 0.9 - id / 100;
  /** Any order that is not recall's. */
  const scoreOf = (id: number) => (id * 7) % 11;

  function grouped(groups: readonly (string | undefined)[], { shortlist = 8, changes = {} } = {}) {
    const list = (ids: readonly number[]) => ids.map((id) => ({ id, coarse: cosine(id), group: groups[id] }));
    const all = Array.from({ length: COUNT }, (_, id) => id);
    const nearest = vi.fn<Recall['nearest']>(async (query, limit) =>
      list(all.slice(0, limit)).map(({ group, ...image }) => (query.grouped ? { ...image, group } : image)),
    );
    const rank = vi.fn<Ranker['rank']>(async ({ query, candidates, offset, limit }) => {
      const ranked = (candidates === 'all' ? list(all) : listOf(candidates))
        .map(({ id, coarse }) => ({ id, coarse, gsmn: 1, score: scoreOf(id), payload: payloadOf(id) }))
        .sort((a, b) => b.score - a.score || a.id - b.id);
      const images = query.grouped ? collapseAlike(ranked, ({ id }) => groups[id]) : ranked;
      return {
        ...rankedPage({ query, candidates, offset, limit }),
        images: images.slice(offset, offset + limit),
      };
    });
    const parts = engine({
      encoder: {
        encode: async () =>
          encoded({ images: COUNT, grouped: true, ranking: { shortlist, coarseWeight: 1 } }),
      },
      recall: { nearest },
      ranker: { rank },
      payloads: { read: async (_query, ids) => new Map(ids.map((id) => [id, payloadOf(id)])) },
      ...changes,
    });
    return { ...parts, recalling: nearest, ranking: rank };
  }

  const groupsOf = fc.array(fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: undefined, freq: 2 }), {
    minLength: COUNT,
    maxLength: COUNT,
  });
  const modes = fc.constantFrom('shortlist', 'exhaustive', 'degraded');

  it('have one hit on one page, which every other image has, too, in pages of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        groupsOf,
        modes,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 12 }),
        async (groups, mode, limit, shortlist) => {
          const changes = mode === 'degraded' ? { ranker: { rank: failing('timeout') } } : {};
          const { ask } = grouped(groups, { shortlist, changes });
          const different = new Set(groups.map((group, id) => group ?? id)).size;
          const ids: number[] = [];
          for (let offset = 0; offset < COUNT; offset += limit) {
            const { hits } = await ask({ limit, offset, exhaustive: mode === 'exhaustive' });
            // Full pages until there is none left.
            expect(hits.length).toBe(Math.max(0, Math.min(limit, different - offset)));
            ids.push(...hits.map(({ id }) => id));
          }
          const shown = ids.map((id) => groups[id] ?? id);
          expect(new Set(shown).size).toBe(shown.length);
          expect(shown.length).toBe(different);
          if (mode !== 'exhaustive') return;
          // The hit of a group is its best.
          for (const id of ids) {
            const group = groups.flatMap((own, at) => (own !== undefined && own === groups[id] ? [at] : []));
            expect(scoreOf(id)).toBe(Math.max(scoreOf(id), ...group.map(scoreOf)));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  const PAIRS = Array.from({ length: COUNT }, (_, id) => (id < 12 ? `pair ${id >> 1}` : undefined));

  it('are named by their hit, from recall, too, with what is shown of them', async () => {
    const { ask } = grouped(PAIRS, { shortlist: 2 });
    const { hits } = await ask({ limit: 2 });
    expect(hits).toEqual([
      expect.objectContaining({
        id: 1,
        stage: 'rerank',
        alike: {
          count: 1,
          hits: [{ id: 0, stage: 'rerank', score: 0, gsmn: 1, coarse: cosine(0), image: payloadOf(0) }],
        },
      }),
      expect.objectContaining({
        id: 2,
        stage: 'recall',
        alike: {
          count: 1,
          hits: [{ id: 3, stage: 'recall', score: cosine(3), coarse: cosine(3), image: payloadOf(3) }],
        },
      }),
    ]);
  });

  it('are recalled further only where a page lacks hits', async () => {
    const { ask, recalling } = grouped(PAIRS, { shortlist: 8 });
    const asked = () => recalling.mock.calls.map(([, limit]) => limit);
    await ask({ limit: 4 });
    expect(asked()).toEqual([8]);
    await ask({ limit: 5 });
    expect(asked()).toEqual([8, 8, 16]);
  });

  it('are not those of a generation that is not active any more, on a page behind the different ones', async () => {
    const encode = vi.fn<QueryEncoder['encode']>(async (_query, fresh) =>
      encoded({
        images: COUNT,
        grouped: true,
        ranking: { shortlist: 8, coarseWeight: 1 },
        ...(fresh ? { generation: 'g2' } : { kept: true }),
      }),
    );
    const { ask, ranking } = grouped(PAIRS, { changes: { encoder: { encode } } });
    // 4 different ones among 8.
    expect((await ask({ offset: 5, limit: 2 })).generation).toBe('g2');
    expect(ranking).not.toHaveBeenCalled();
  });

  it('are each a hit without collapsing, and in an index without groups', async () => {
    const { ask, ranking } = grouped(PAIRS);
    for (const exhaustive of [false, true]) {
      const { hits } = await ask({ limit: 30, collapse: false, exhaustive });
      expect(hits).toHaveLength(COUNT);
      expect(hits.every(({ alike }) => alike === undefined)).toBe(true);
    }
    expect(ranking.mock.calls.map(([{ query }]) => query.grouped)).toEqual([false, false]);
    const { nearest, ask: askPlain } = engine();
    await askPlain();
    expect(nearest.mock.calls.map(([query]) => query.grouped)).toEqual([false]);
  });
});

describe('a filtered search', () => {
  const fields = indexFieldsSchema.parse({
    format: 'gsmn-index-schema',
    version: 1,
    fields: { year: { type: 'integer' }, tag: { type: 'keyword', list: true } },
  });
  const filter = { field: 'year', test: { is: 'gte', value: 2019 } } as const;
  const resolved = { field: 'year', range: { gte: 2019 } };
  const withFields = (changes: Partial<SearchParts> = {}) =>
    engine({ encoder: { encode: async (query) => encoded({ ...query, fields }) }, ...changes });

  it('tells recall what passes, and counts among what is compared', async () => {
    const { ask, nearest, count, values, call } = withFields();
    const answer = await ask({ filter, facets: ['tag'] });
    expect(count.mock.calls[0]?.[1]).toEqual(resolved);
    expect(nearest.mock.calls[0]?.slice(1)).toEqual([4, call, { filter: resolved, images: 3 }]);
    expect(values.mock.calls[0]?.slice(1, 3)).toEqual([[0, 1, 2, 3], ['tag']]);
    expect(answer.filtered).toEqual({ filter: 'year>=2019', images: 3 });
    expect(answer.facets).toEqual({
      tag: [
        { value: 'a', count: 4 },
        { value: 'b', count: 2 },
      ],
    });
  });

  it('compares exactly those that pass in an exhaustive search', async () => {
    const { ask, rank } = withFields();
    const answer = await ask({ filter, exhaustive: true, facets: ['tag'] });
    expect(rank.mock.calls[0]?.[0].candidates).toEqual({ passing: [1, 4, 7] });
    expect(answer.hits.map(({ id }) => id)).toEqual([7, 4, 1]);
    expect(answer.facets?.tag?.[0]).toEqual({ value: 'a', count: 3 });
  });

  it.each([true, false])('asks nobody to compare nothing, exhaustive: %s', async (exhaustive) => {
    const { ask, rank, nearest } = withFields({
      fields: { count: async () => 0, passing: async () => [], values: async () => [] },
    });
    const answer = await ask({ filter, exhaustive, facets: ['tag'] });
    expect(answer).toMatchObject({ hits: [], filtered: { images: 0 }, facets: { tag: [] } });
    expect([rank.mock.calls, nearest.mock.calls]).toEqual([[], []]);
  });

  it('is refused before anything is searched where a field is not declared', async () => {
    const { ask, count, nearest } = engine();
    await expect(ask({ filter })).rejects.toMatchObject({ code: 'request_invalid' });
    await expect(ask({ facets: ['tag'] })).rejects.toMatchObject({ code: 'request_invalid' });
    expect([count.mock.calls, nearest.mock.calls]).toEqual([[], []]);
  });

  it('shows those as one that look alike among the images that pass', async () => {
    const GROUPS = ['a', 'b', 'a', 'a', undefined, 'b', 'b', undefined, 'a', undefined];
    const passing = [2, 3, 4, 5, 8, 9];
    const withGroups = (some: readonly Candidate[]) =>
      some.map((image) => ({ ...image, group: GROUPS[image.id] }));
    const ofPassing = withGroups(recalled(10).filter(({ id }) => passing.includes(id)));
    const { ask } = withFields({
      encoder: {
        encode: async (query) =>
          encoded({ ...query, fields, grouped: true, ranking: { shortlist: 3, coarseWeight: 1 } }),
      },
      recall: { nearest: async (_query, limit) => ofPassing.slice(0, limit) },
      ranker: {
        rank: async (request) => {
          const all = rankedPage({ ...request, offset: 0, limit: 100 });
          const images = collapseAlike(all.images, ({ id }) => GROUPS[id]);
          return { ...all, images: images.slice(request.offset, request.offset + request.limit) };
        },
      },
      fields: { count: async () => passing.length, passing: async () => passing, values: async () => [] },
    });
    for (const exhaustive of [false, true]) {
      const pages = [];
      for (const offset of [0, 2, 4])
        pages.push(...(await ask({ filter, exhaustive, limit: 2, offset })).hits);
      const shown = pages.map(({ id, alike }) => [id, ...(alike?.hits.map((hit) => hit.id) ?? [])]);
      // Of the group "a" in a shortlist of three: 8 is behind it, and stays away.
      expect(shown).toEqual(exhaustive ? [[9], [8, 3, 2], [5], [4]] : [[4], [3, 2], [5], [9]]);
    }
  });
});
