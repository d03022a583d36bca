import { describe, expect, it, vi } from 'vitest';
import {
  EVIDENCE,
  encoded,
  engine,
  failing,
  payloadOf,
  rankedPage,
  recalled,
} from '../../test/support/search-parts.ts';
import { AppError } from '../errors/index.ts';
import { RANK_LIMITS } from '../schema/index.ts';
import type { Payloads, QueryEncoder, Ranker } from './ports.ts';
import type { SearchParts, SearchStage } from './search-request.ts';

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
      total: 4,
      more: true,
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
  ])('is replaced once, and not again: %s', async (_, changes: Parameters<typeof engine>[0], times) => {
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

describe("recall's order, while the shortlist is ranked", () => {
  it('is passed on as an answer, in which ranking has no part', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const onRecalled = vi.fn<NonNullable<SearchParts['onRecalled']>>();
    const { ask } = engine({
      onRecalled,
      ranker: { rank: async (request) => promise.then(() => rankedPage(request)) },
    });
    const asked = ask({ limit: 3, offset: 1 });
    await vi.waitFor(() => expect(onRecalled).toHaveBeenCalledTimes(1));
    const [recalledFirst] = onRecalled.mock.calls[0] ?? [];
    expect(recalledFirst).toMatchObject({ stage: 'recall', degraded: undefined, total: 4, more: true });
    expect(recalledFirst?.hits.map(({ id, image }) => [id, image.name])).toEqual(
      [1, 2, 3].map((id) => [id, `${id}.png`]),
    );
    resolve();
    expect((await asked).hits.map(({ id }) => id)).toEqual([2, 1, 0]);
    expect(onRecalled).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['ranking is done first', {}, { read: async () => new Promise<never>(() => {}) }],
    ['nothing is compared', { offset: 4 }, undefined],
    ['every image is', { exhaustive: true }, undefined],
  ])('is left out if %s', async (_, request, payloads) => {
    const onRecalled = vi.fn();
    const { ask } = engine({ onRecalled, ...(payloads && { payloads }) });
    await ask(request);
    await new Promise((done) => setTimeout(done));
    expect(onRecalled).not.toHaveBeenCalled();
  });
});
