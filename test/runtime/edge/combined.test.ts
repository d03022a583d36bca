import { describe, expect, it, vi } from 'vitest';

import type { QdrantStore } from '../../../workers/clients/index.ts';
import { answer, failing, problem } from './answers.ts';
import { edge, encoded, GENERATION, payloadOf, ranked } from './fakes.ts';

/** A store whose images have vectors. */
const withVectors = () => ({
  retrieve: vi.fn<QdrantStore['retrieve']>(async (_collection, ids) =>
    ids.map((id) => ({ id, payload: payloadOf(id), vector: [0, 1] })),
  ),
});

const floats = (text: string) => [
  ...new Float32Array(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer),
];

describe('a search of several sentences, in workerd', () => {
  it('encodes each, searches with their common vector, and ranks by their shares', async () => {
    const qdrant = withVectors();
    const { app, encode, recall, rank } = edge({ qdrant });
    const vectors = [
      [1, 0],
      [0, 1],
    ];
    encode.mockImplementation(async ({ query }) =>
      encoded({ coarse: vectors[query === 'snow' ? 1 : 0] ?? [] }),
    );
    const query = `q=a%20dog&q=snow&weights=3,1&not=a%20leash&not=id:7&generation=${GENERATION}`;
    const body = await answer(await app.request(`/v1/search?${query}`));
    expect(encode.mock.calls.map(([request]) => request)).toEqual(
      ['a dog', 'snow'].map((text) => ({
        query: text,
        understand: true,
        not: ['a leash'],
        generation: GENERATION,
      })),
    );
    const [collection, ids, options] = qdrant.retrieve.mock.calls[0] ?? [];
    expect([collection, ids, options?.withVector]).toEqual([`images-${GENERATION}`, [7], true]);
    // 3/4 of the one, 1/4 of the other, less half of the image: [0.75, -0.25].
    const length = Math.hypot(0.75, 0.25);
    const [, vector] = recall.mock.calls[0] ?? [];
    expect(vector).toEqual([Math.fround(0.75 / length), Math.fround(-0.25 / length)]);
    const [request] = rank.mock.calls[0] ?? [];
    const { query: combined } = request ?? {};
    if (typeof combined !== 'object' || !('sentences' in combined)) throw new Error('it was not combined');
    expect(combined.sentences).toEqual([
      { sentence: 'a dog', share: 0.75 },
      { sentence: 'snow', share: 0.25 },
    ]);
    expect(combined.length).toBeCloseTo(length, 6);
    expect(floats(combined.coarse)).toEqual(vector);
    expect(body).toMatchObject({ query: 'a dog', not: ['a leash', 'id:7'] });
    expect(body.queries?.map(({ q, weight }) => [q, weight])).toEqual([
      ['a dog', 3],
      ['snow', 1],
    ]);
  });

  it('shows what each sentence says of a hit, and neither relevance nor match', async () => {
    const { app, encode, rank } = edge();
    const curve = { intercept: 0, score: 1, unknownShare: 0, anyUnknown: 0, growth: 0, weak: 0.5, none: 0.1 };
    const curves = { short: curve, long: curve };
    const calibration = { images: 10, rerank: curves, recall: curves };
    encode.mockImplementation(async () =>
      encoded({ ranking: { shortlist: 4, coarseWeight: 0.5, calibration } }),
    );
    rank.mockImplementation(async (request) => {
      const { images, ...page } = ranked(request, { best: 2 });
      const sentences = images.map(({ evidence }) => [{ gsmn: 2, evidence }, { gsmn: 1 }]);
      return {
        ...page,
        images: images.map(({ evidence: _evidence, ...image }, at) => ({
          ...image,
          sentences: sentences[at] ?? [],
        })),
      };
    });
    const body = await answer(await app.request('/v1/search?q=a%20dog&q=snow'));
    const [hit] = body.hits;
    expect(hit?.sentences).toEqual([{ gsmn: 2, evidence: expect.anything() }, { gsmn: 1 }]);
    expect([hit?.relevance, hit?.evidence, body.match]).toEqual([undefined, undefined, undefined]);
  });

  it('does not search if the index has no such image', async () => {
    const { app, recall } = edge({ qdrant: withVectors() });
    const response = await app.request('/v1/search?q=a%20dog&not=id:10');
    expect(response.status).toBe(400);
    expect((await problem(response)).detail).toContain('no image 10; the index has 10');
    expect(recall).not.toHaveBeenCalled();
  });
});

describe('captions of an image, in workerd', () => {
  const caption = { id: 3, text: 'a dog', image: 4, gsmn: 1.5, coarse: 0.25 };
  const generation = async () => ({
    generation: GENERATION,
    collection: `images-${GENERATION}`,
    images: 10,
    captions: 50,
  });

  it('come from the reranker, and may be kept', async () => {
    const captions = vi.fn(async () => ({ generation: GENERATION, compared: 20, captions: [caption] }));
    const { app } = edge({ rerank: { generation, captions } });
    const response = await app.request('/v1/images/9/captions?limit=5');
    expect(await response.json()).toEqual({
      generation: GENERATION,
      image: 9,
      compared: 20,
      captions: [{ id: 3, text: 'a dog', image: 4, scores: { gsmn: 1.5, coarse: 0.25 } }],
    });
    expect(response.headers.get('cache-control')).toBe('public, max-age=60');
    expect(response.headers.get('etag')).not.toBeNull();
    expect(captions).toHaveBeenCalledWith(
      { generation: GENERATION, image: 9, limit: 5 },
      expect.objectContaining({ timeoutMs: 200 }),
    );
  });

  it.each([
    ['an image that does not exist', 10, {}, 404, 'not_found'],
    [
      'an index without captions',
      9,
      { generation: async () => ({ ...(await generation()), captions: 0 }) },
      404,
      'not_found',
    ],
    ['a reranker that is late', 9, { captions: failing('timeout') }, 504, 'timeout'],
    ['a reranker that fails', 9, { captions: failing('rerank_unavailable') }, 503, 'rerank_unavailable'],
  ])('are a problem for %s', async (_, id, changes, status, code) => {
    const { app } = edge({ rerank: { generation, ...changes } });
    const response = await app.request(`/v1/images/${id}/captions`);
    expect([response.status, (await problem(response)).code]).toEqual([status, code]);
  });
});
