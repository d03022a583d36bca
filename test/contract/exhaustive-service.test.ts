import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTfjsEncoder, createTfjsMatcher } from '../../shared/gsmn/index.ts';
import { loadTfjsBackend } from '../../shared/platform/tfjs/index.ts';
import { problemSchema, rankResponseSchema, searchResponseSchema } from '../../shared/schema/index.ts';
import { encodeQuery } from '../../shared/text/index.ts';
import { createQdrantStore, createRerankClient } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { edgeOver } from '../support/edge-over.ts';
import { heldEngines, startTestService, type TestService } from '../support/rerank-service.ts';
import { pushTinyPoints, type TinyGeneration } from '../support/tiny-generation.ts';

const QUERY = 'A dog runs on the grass.';
const IMAGES = 41;
/** Bytes of a prepared image: nodes [3, 12], Gram [3, 4 x 3], gates [3, 3]. */
const IMAGE_BYTES = 4 * 3 * (12 + 12 + 3);

/** Every image in one call of the matcher, fused with the weight of the generation, best first. */
async function bruteForce({ model, images, vocabulary, recall, manifest }: TinyGeneration) {
  await loadTfjsBackend('wasm');
  const encoder = createTfjsEncoder('wasm', model.config, model.parameters);
  const matcher = createTfjsMatcher('wasm', model.config, model.parameters);
  const { ids } = encodeQuery(QUERY, vocabulary);
  const [words = new Float32Array()] = await encoder.encodeCaptions([ids]);
  const prepared = await matcher.prepareImages(images);
  const scores = await matcher.score(prepared, [{ words }]);
  prepared.dispose();
  await matcher.dispose();
  await encoder.dispose();
  const [text = new Float32Array()] = await recall.encodeTexts([{ ids, words }]);
  const vectors = await recall.encodeImages(
    images.map((image) => ({ ...image, regions: 3, features: new Float32Array() })),
  );
  return vectors
    .map((vector, id) => {
      const coarse = vector.reduce((sum, value, d) => sum + value * (text[d] ?? NaN), 0);
      const gsmn = (scores.imageToText[id] ?? NaN) + (scores.textToImage[id] ?? NaN);
      return { id, gsmn, coarse, score: gsmn + manifest.ranking.coarseWeight * coarse };
    })
    .sort((a, b) => b.score - a.score || a.id - b.id);
}

describe.each([
  ['all images in memory', undefined],
  ['memory for ten', 10 * IMAGE_BYTES],
  ['memory for one', IMAGE_BYTES],
])('exhaustive ranking with the services, %s', (_, memoryBytes) => {
  let service: TestService;
  let database: RunningQdrantLocal;
  let app: ReturnType<typeof edgeOver>;
  let expected: Awaited<ReturnType<typeof bruteForce>>;

  beforeAll(async () => {
    service = await startTestService({
      tiny: { images: IMAGES, seed: 3 },
      settings: memoryBytes === undefined ? {} : { memoryBytes },
    });
    expected = await bruteForce(service.tiny);
    database = await startQdrantLocal({ path: ':memory:', port: 0 });
    const qdrant = createQdrantStore({ url: database.url });
    await pushTinyPoints(qdrant, service.tiny);
    app = edgeOver({ rerank: service.server.url, qdrant: database.url });
  });
  afterAll(async () => {
    await database.close();
    await service.close();
  });

  const rankAll = (change: object = {}) =>
    service.post('/v1/rank', {
      query: QUERY,
      generation: service.tiny.id,
      candidates: 'all',
      limit: 12,
      ...change,
    });
  const answerOf = async (response: Response) => {
    expect(response.status).toBe(200);
    const { took: _, ...answer } = rankResponseSchema.parse(await response.json());
    return answer;
  };

  it.each([
    [0, 1],
    [0, 12],
    [5, 12],
    [0, 100],
    [40, 10],
    [1900, 100],
  ])('is the result of comparing every image: from %i on, %i', async (offset, limit) => {
    const answer = await answerOf(await rankAll({ offset, limit }));
    expect(answer).toMatchObject({ generation: service.tiny.id, backend: 'wasm', compared: IMAGES });
    const best = expected.slice(offset, offset + limit);
    expect(answer.images.map(({ id }) => id)).toEqual(best.map(({ id }) => id));
    for (const [place, { id, score, gsmn, coarse, payload, evidence }] of answer.images.entries()) {
      expect(score).toBeCloseTo(best[place]?.score ?? NaN, 5);
      expect(gsmn).toBeCloseTo(best[place]?.gsmn ?? NaN, 5);
      expect(coarse).toBeCloseTo(best[place]?.coarse ?? NaN, 5);
      expect(payload).toEqual(service.tiny.payloads[id]);
      expect(evidence?.words).toHaveLength(7);
    }
  });

  it('is the same as for a request that lists every image without its cosine', async () => {
    const candidates = expected.map(({ id }) => [id, null]);
    const [all, named] = [await answerOf(await rankAll()), await answerOf(await rankAll({ candidates }))];
    expect(named).toEqual({
      ...all,
      images: all.images.map((image) => ({ ...image, score: expect.closeTo(image.score, 5) })),
    });
  });

  it('is available in the edge worker, page by page, beyond the recalled images', async () => {
    const hits = [];
    for (const offset of [0, 20, 40]) {
      const response = await app.request('/v1/search', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ q: QUERY, exhaustive: true, limit: 20, offset }),
      });
      expect(response.status).toBe(200);
      const answer = searchResponseSchema.parse(await response.json());
      expect(answer).toMatchObject({ ranking: 'exhaustive', stage: 'rerank' });
      expect(answer.degraded).toBeUndefined();
      hits.push(...answer.hits);
    }
    expect(hits.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    for (const [rank, { id, scores, image, evidence }] of hits.entries()) {
      expect(scores.fused).toBeCloseTo(expected[rank]?.score ?? NaN, 5);
      expect(image.name).toBe(`${id}.png`);
      expect(evidence?.words).toHaveLength(7);
    }
  });

  it('gives simultaneous requests, also for shortlists, the results of each alone', async () => {
    const candidates = [40, 2, 17, 30].map((id) => [id, 0.5]);
    const requests = [
      {},
      { candidates },
      { offset: 3 },
      { query: 'grass .' },
      { candidates, query: 'a man' },
    ];
    const alone = [];
    for (const request of requests) alone.push(await answerOf(await rankAll(request)));
    const together = await Promise.all(requests.map((request) => rankAll(request)));
    expect(await Promise.all(together.map(answerOf))).toEqual(alone);
  });

  it.each([
    ['no limit', { limit: undefined }, 400, 'request_invalid'],
    ['a limit of none', { limit: 0 }, 400, 'request_invalid'],
    ['more than it answers', { limit: 101 }, 400, 'request_invalid'],
    ['images far behind', { offset: 2000 }, 413, 'request_too_large'],
    ['no words', { query: ' ' }, 400, 'query_empty'],
    ['another generation', { generation: '0'.repeat(16) }, 409, 'generation_stale'],
  ])('refuses %s', async (__, change, status, code) => {
    const response = await rankAll(change);
    expect([response.status, problemSchema.parse(await response.json()).code]).toEqual([status, code]);
  });
});

describe('a refused exhaustive ranking', () => {
  it('names the limit if the index has more images', async () => {
    const service = await startTestService({ settings: { exhaustiveImages: 6 } });
    const client = createRerankClient({ url: service.server.url });
    await expect(
      client.rank({ query: QUERY, generation: service.tiny.id, candidates: 'all', limit: 1 }),
    ).rejects.toMatchObject({
      code: 'request_too_large',
      message: 'the index has 7 images, and exhaustive search compares at most 6',
    });
    await service.close();
  });

  it('is for a generation without coarse vectors, which still serves shortlists', async () => {
    const service = await startTestService({ tiny: { vectors: false } });
    const request = { query: QUERY, generation: service.tiny.id, limit: 1 };
    for (const candidates of ['all', [[1, null]]]) {
      const response = await service.post('/v1/rank', { ...request, candidates });
      expect([response.status, problemSchema.parse(await response.json()).code]).toEqual([
        500,
        'generation_incomplete',
      ]);
    }
    expect((await service.post('/v1/rank', { ...request, candidates: [[1, 0.5]] })).status).toBe(200);
    await service.close();
  });

  it('stops if its caller disconnects, and releases the images', async () => {
    const engines = heldEngines();
    const service = await startTestService({
      tiny: { images: IMAGES },
      engines: engines.engines,
      settings: { memoryBytes: 10 * IMAGE_BYTES },
    });
    engines.hold();
    const request = { query: QUERY, generation: service.tiny.id, candidates: 'all', limit: 10 };
    const late = await service.post('/v1/rank', request, { headers: { 'x-timeout-ms': '50' } });
    expect([late.status, problemSchema.parse(await late.json()).code]).toEqual([504, 'timeout']);
    expect(engines.signals.at(-1)?.aborted).toBe(true);
    engines.release();
    // The next request can use all of the memory.
    const candidates = Array.from({ length: 10 }, (_, id) => [40 - id, 0.5]);
    expect((await service.post('/v1/rank', { ...request, candidates })).status).toBe(200);
    expect(await service.metric('gsmn_rerank_pairs_total')).toBe(10);
    await service.close();
  });
});
