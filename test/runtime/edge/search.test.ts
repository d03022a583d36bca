import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../shared/errors/index.ts';
import type { RankRequest } from '../../../shared/schema/index.ts';
import type { QdrantStore } from '../../../workers/clients/index.ts';
import { answer, failing, problem } from './answers.ts';
import { edge, encoded, GENERATION, payloadOf, ranked, recalled } from './fakes.ts';

const SEARCH = '/v1/search?q=two%20zebroids';

const CURVE = { intercept: -1, score: 1, unknownShare: -3, anyUnknown: 0, growth: 0, weak: 0.5, none: 0.05 };
const CURVES = { short: CURVE, long: CURVE };

describe('GET /v1/search', () => {
  it('says how relevant hits are and whether anything fits, if the model is calibrated', async () => {
    const { app, encode, rank } = edge();
    const ranking = {
      shortlist: 4,
      coarseWeight: 0.5,
      calibration: { images: 10, rerank: CURVES, recall: CURVES },
    };
    encode.mockImplementation(async () => encoded({ ranking }));
    rank.mockImplementation(async (request) => ranked(request, { best: 2.4 }));
    const body = await answer(await app.request(SEARCH));
    const [first] = body.hits;
    // Half of the words are unknown.
    const expected = 1 / (1 + Math.exp(1 - (first?.scores.fused ?? Number.NaN) + 1.5));
    expect(first?.relevance).toBeCloseTo(expected, 4);
    expect(first?.scores).toEqual({ fused: expect.any(Number), gsmn: 3, coarse: expect.any(Number) });
    expect(body.match).toBe('weak');
  });

  it('says neither if it is not', async () => {
    const body = await answer(await edge().app.request(SEARCH));
    expect(body.match).toBeUndefined();
    expect(body.hits[0]?.relevance).toBeUndefined();
  });

  it('goes through all stages and orders by the fused score', async () => {
    const { app, encode, recall, rank, retrieve } = edge();
    const response = await app.request(SEARCH);
    const body = await answer(response);

    expect(body).toMatchObject({ query: 'two zebroids', generation: GENERATION, stage: 'rerank' });
    expect(body.degraded).toBeUndefined();
    expect(body.words.map(({ known }) => known)).toEqual([true, false]);
    expect(encode.mock.calls[0]?.[0]).toEqual({ query: 'two zebroids', understand: true });
    expect(recall.mock.calls[0]?.slice(0, 3)).toEqual([
      `images-${GENERATION}`,
      [...Float32Array.of(0.6, 0.8)],
      20,
    ]);
    // The shortlist of 4 by GSMN + 0.5 coarse, then the two behind it in recall's order.
    expect(rank.mock.calls.map(([request]) => request)).toEqual([
      {
        query: 'two zebroids',
        understand: true,
        generation: GENERATION,
        candidates: recalled(4).map(({ id, score }) => [id, score]),
        offset: 0,
        limit: 20,
      },
    ]);
    // The ranked ones have their payloads already.
    expect(retrieve.mock.calls.map(([collection, ids]) => [collection, ids])).toEqual([
      [`images-${GENERATION}`, [4, 5]],
    ]);
    expect(body.hits.map(({ id }) => id)).toEqual([3, 2, 1, 0, 4, 5]);
    expect(body.hits.map(({ stage }) => stage)).toEqual([...Array(4).fill('rerank'), 'recall', 'recall']);
    expect(body.hits[0]?.scores.fused).toBeCloseTo(3 + 0.5 * 0.6, 10);
    expect(body.hits[4]?.scores.coarse).toBeCloseTo(0.5, 10);
    expect(body.hits[0]).toMatchObject({
      image: { name: '3.png', url: '/images/3.png', width: 640, height: 480 },
      captions: ['caption 3'],
      metadata: { licence: 'CC0' },
    });
  });

  it('says what was understood, and names the words that were searched in the evidence', async () => {
    const words = [
      { text: 'dogs', id: 4, known: false, as: 'dog', by: 'form' as const },
      { text: 'minus', id: 3, known: false, negated: true as const },
      { text: 'cat', id: 5, known: true, negated: true as const },
    ];
    const understood = { understood: 'dog', without: ['cat'] };
    const { app } = edge({
      rerank: { encode: async () => encoded({ words, searched: ['dogs', '.'], ...understood }) },
    });
    const body = await answer(await app.request('/v1/search?q=dogs%20-cat!'));
    expect(body).toMatchObject({ query: 'dogs -cat!', words, ...understood });
    expect(body.hits[0]?.evidence?.words.map(({ word }) => word)).toEqual(['dogs', '.']);
  });

  it('searches for the words as they are written on request, by either method', async () => {
    const { app, encode, rank } = edge();
    const asked = () => [encode.mock.lastCall?.[0].understand, rank.mock.lastCall?.[0].understand];
    const post = (understand: unknown) =>
      app.request('/v1/search', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ q: 'two dogs', understand }),
      });
    const statuses: number[] = [];
    for (const understand of [true, false]) {
      statuses.push((await app.request(`/v1/search?q=two+dogs&understand=${understand}`)).status);
      expect(asked()).toEqual([understand, understand]);
      statuses.push((await post(understand)).status);
      expect(asked()).toEqual([understand, understand]);
    }
    expect(statuses).toEqual([200, 200, 200, 200]);
    for (const response of [await app.request('/v1/search?q=two&understand=no'), await post('no')]) {
      expect([response.status, await response.json()]).toEqual([
        400,
        expect.objectContaining({ code: 'request_invalid', hint: 'understand is true or false.' }),
      ]);
    }
  });

  it('shows images that look alike as one, unless they are asked for, by either method', async () => {
    const rank = vi.fn(async (request: RankRequest) => {
      const answered = ranked(request);
      const [best, ...others] = answered.images;
      if (request.collapse !== true || best === undefined) return answered;
      const alike = others.map(({ evidence: _evidence, ...image }) => image);
      return { ...answered, images: [{ ...best, alike: { count: 30, images: alike } }] };
    });
    const recall = vi.fn<QdrantStore['recall']>(async (_collection, _vector, limit) =>
      recalled(6)
        .slice(0, limit)
        .map((point) => ({ ...point, payload: { metadata: { alike: point.id < 4 ? 'a' : 'b' } } })),
    );
    const { app } = edge({
      rerank: { encode: async () => encoded({ grouped: true }), rank },
      qdrant: { recall },
    });
    const post = (body: object) =>
      app.request('/v1/search', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ q: 'two dogs', ...body }),
      });
    for (const response of [await app.request(SEARCH), await post({})]) {
      const { hits } = await answer(response);
      expect(hits.map(({ id, stage, alike }) => [id, stage, alike?.count])).toEqual([
        [3, 'rerank', 30],
        [4, 'recall', 1],
      ]);
      const [other] = hits[0]?.alike?.hits ?? [];
      expect(other).toMatchObject({
        id: 2,
        stage: 'rerank',
        captions: ['caption 2'],
        image: { url: '/images/2.png' },
      });
      expect(other).not.toHaveProperty('evidence');
      expect(hits[1]?.alike?.hits.map(({ id, image }) => [id, image.name])).toEqual([[5, '5.png']]);
      expect(recall.mock.lastCall?.[3]).toMatchObject({ payload: ['metadata.alike'] });
    }
    for (const response of [await app.request(`${SEARCH}&collapse=false`), await post({ collapse: false })]) {
      expect((await answer(response)).hits.map(({ id, alike }) => [id, alike])).toEqual(
        [3, 2, 1, 0, 4, 5].map((id) => [id, undefined]),
      );
      expect(recall.mock.lastCall?.[3]).not.toHaveProperty('payload');
      expect(rank.mock.lastCall?.[0]).not.toHaveProperty('collapse');
    }
    for (const response of [await app.request(`${SEARCH}&collapse=no`), await post({ collapse: 'no' })]) {
      expect([response.status, await response.json()]).toEqual([
        400,
        expect.objectContaining({ code: 'request_invalid', hint: 'collapse is true or false.' }),
      ]);
    }
  });

  it('names the widths of the images that it serves itself', async () => {
    const widthsOf = async (url: string) => {
      const { app } = edge({
        imageWidths: [320, 960],
        rerank: {
          rank: async (request) => {
            const answered = ranked(request);
            const images = answered.images.map((image) => ({
              ...image,
              payload: { ...payloadOf(image.id), url },
            }));
            return { ...answered, images };
          },
        },
      });
      return (await answer(await app.request(SEARCH))).hits[0]?.image.widths;
    };
    expect(await widthsOf('/images/3.png')).toEqual([320, 960]);
    expect(await widthsOf('https://cdn.example/images/3.png')).toBeUndefined();
    expect((await answer(await edge().app.request(SEARCH))).hits[0]?.image).not.toHaveProperty('widths');
  });

  it('requests only the page with its evidence: two services, one request each', async () => {
    const { app, encode, recall, rank, retrieve } = edge();
    const body = await answer(await app.request(`${SEARCH}&limit=2&offset=1`));
    expect(body.hits.map(({ id }) => id)).toEqual([2, 1]);
    expect(rank.mock.calls[0]?.[0]).toMatchObject({ offset: 1, limit: 2 });
    expect(body.hits.every(({ evidence }) => evidence?.words[0]?.regions[0]?.box[2] === 0.5)).toBe(true);
    const questions = [encode, recall, rank, retrieve].map(({ mock }) => mock.calls.length);
    expect(questions).toEqual([1, 1, 1, 0]);
  });

  it('looks up payloads if the reranker has none', async () => {
    const { app, retrieve } = edge({
      rerank: {
        rank: async (request) => {
          const answered = ranked(request);
          return { ...answered, images: answered.images.map((image) => ({ ...image, payload: undefined })) };
        },
      },
    });
    const body = await answer(await app.request(`${SEARCH}&limit=3`));
    expect(body.hits.map(({ image }) => image.name)).toEqual(['3.png', '2.png', '1.png']);
    expect(retrieve.mock.calls[0]?.[1]).toEqual([3, 2, 1]);
  });

  it('reports the time of each stage, and can be cached', async () => {
    const response = await edge().app.request(SEARCH);
    const timing = response.headers.get('server-timing') ?? '';
    for (const stage of ['encode', 'recall', 'rank', 'payloads', 'match', 'evidence', 'total']) {
      expect(timing).toMatch(new RegExp(`${stage};dur=`));
    }
    expect(response.headers.get('cache-control')).toBe('public, max-age=60');
    expect(response.headers.get('x-search-stage')).toBe('rerank');
    expect(response.headers.get('x-request-id')).toMatch(/\S{8,}/);
  });

  it('passes on its request id and the caller’s signal', async () => {
    const { app, encode, recall, rank, retrieve } = edge();
    await app.request(SEARCH, { headers: { 'x-request-id': 'abc-123' } });
    const calls = [
      [encode.mock.calls[0]?.[1], 1000],
      [recall.mock.calls[0]?.[3], 1000],
      [rank.mock.calls[0]?.[1], 200],
      [retrieve.mock.calls[0]?.[2], 1000],
    ] as const;
    for (const [call, timeoutMs] of calls) {
      expect(call).toMatchObject({ requestId: 'abc-123', timeoutMs });
      expect(call?.signal).toBeInstanceOf(AbortSignal);
    }
  });

  it('returns a page behind the shortlist in coarse order without GSMN', async () => {
    const { app, rank } = edge();
    const body = await answer(await app.request(`${SEARCH}&offset=4&limit=2`));
    expect(body.hits.map(({ id, stage }) => [id, stage])).toEqual([
      [4, 'recall'],
      [5, 'recall'],
    ]);
    expect(body.stage).toBe('recall');
    expect(body.degraded).toBeUndefined();
    expect(rank).not.toHaveBeenCalled();
  });

  it('shows every image on exactly one page', async () => {
    const { app } = edge();
    const pages = await Promise.all(
      [0, 2, 4].map(async (offset) => answer(await app.request(`${SEARCH}&limit=2&offset=${offset}`))),
    );
    expect(pages.flatMap(({ hits }) => hits.map(({ id }) => id))).toEqual([3, 2, 1, 0, 4, 5]);
  });

  it('ranks a single candidate', async () => {
    const { app } = edge({ qdrant: { recall: async () => recalled(1) } });
    expect((await answer(await app.request(SEARCH))).hits).toHaveLength(1);
  });

  it('returns no hits if nothing was found', async () => {
    const { app, rank } = edge({ qdrant: { recall: async () => [] } });
    const body = await answer(await app.request(SEARCH));
    expect(body.hits).toEqual([]);
    expect(body.degraded).toBeUndefined();
    expect(rank).not.toHaveBeenCalled();
  });

  it('searches again if the collection is missing', async () => {
    let generation = 'old';
    const { app, encode } = edge({
      qdrant: {
        recall: async (collection) => {
          generation = 'new';
          if (collection === 'old') throw new AppError('not_found', 'no such collection');
          return recalled(2);
        },
      },
    });
    encode.mockImplementation(async () => encoded({ collection: generation }));
    expect((await answer(await app.request(SEARCH))).hits).toHaveLength(2);
    expect(encode).toHaveBeenCalledTimes(2);
  });

  it('searches again if the reranker does not have the generation any more', async () => {
    const { app, encode, rank } = edge();
    encode.mockImplementationOnce(async () => encoded({ generation: 'old' }));
    rank.mockImplementationOnce(failing('generation_stale'));
    const body = await answer(await app.request(SEARCH));
    expect([body.generation, body.stage, body.degraded]).toEqual([GENERATION, 'rerank', undefined]);
    expect(rank.mock.calls.map(([{ generation }]) => generation)).toEqual(['old', GENERATION]);
  });

  it('does not search a third time', async () => {
    const rank = vi.fn(failing('generation_stale'));
    const { app, encode } = edge({ rerank: { rank } });
    const response = await app.request(SEARCH);
    expect([response.status, (await problem(response)).code]).toEqual([503, 'generation_stale']);
    expect([encode.mock.calls.length, rank.mock.calls.length]).toEqual([2, 2]);
  });
});
