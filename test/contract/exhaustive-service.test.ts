import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTfjsEncoder, createTfjsMatcher } from '../../shared/gsmn/index.ts';
import { loadTfjsBackend } from '../../shared/platform/tfjs/index.ts';
import { problemSchema, rankAllResponseSchema, searchResponseSchema } from '../../shared/schema/index.ts';
import { encodeQuery } from '../../shared/text/index.ts';
import { createQdrantStore, createRerankClient } from '../../workers/clients/index.ts';
import { createEdgeApp } from '../../workers/edge/app.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { heldEngines, startTestService, type TestService } from '../support/rerank-service.ts';
import { pushTinyPoints, type TinyGeneration } from '../support/tiny-generation.ts';

const QUERY = 'A dog runs on the grass.';
const IMAGES = 41;
/** What one of these images takes prepared: nodes [3, 12], Gram [3, 4 x 3], gates [3, 3]. */
const IMAGE_BYTES = 4 * 3 * (12 + 12 + 3);

/** Every image by one call of the matcher, fused with the weight of the generation, best first. */
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
])('exhaustive ranking by the services, %s', (_, memoryBytes) => {
  let service: TestService;
  let database: RunningQdrantLocal;
  let app: ReturnType<typeof createEdgeApp>;
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
    app = createEdgeApp({
      rerank: createRerankClient({ url: service.server.url }),
      qdrant,
      budgets: { encode: 10_000, recall: 10_000, rerank: 10_000, exhaustive: 20_000, evidence: 10_000 },
      allowedOrigins: '*',
      cacheSeconds: 0,
      widget: '',
      explain: '',
      log: () => {},
    });
  });
  afterAll(async () => {
    await database.close();
    await service.close();
  });

  const rankAll = (change: object = {}) =>
    service.post('/v1/rank-all', { query: QUERY, generation: service.tiny.id, limit: 12, ...change });

  it.each([1, 12, IMAGES, 2000])('is that of comparing every image: the best %i', async (limit) => {
    const response = await rankAll({ limit });
    expect(response.status).toBe(200);
    const answer = rankAllResponseSchema.parse(await response.json());
    expect(answer).toMatchObject({ generation: service.tiny.id, backend: 'wasm', compared: IMAGES });
    const best = expected.slice(0, limit);
    expect(answer.images.map(({ id }) => id)).toEqual(best.map(({ id }) => id));
    for (const [rank, { score, coarse }] of answer.images.entries()) {
      expect(score).toBeCloseTo(best[rank]?.gsmn ?? NaN, 5);
      expect(coarse).toBeCloseTo(best[rank]?.coarse ?? NaN, 5);
    }
  });

  it('reaches the public over the edge, page by page, beyond what recall brings', async () => {
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
    for (const [rank, { id, score, image, evidence }] of hits.entries()) {
      expect(score).toBeCloseTo(expected[rank]?.score ?? NaN, 5);
      expect(image.name).toBe(`${id}.png`);
      expect(evidence?.words).toHaveLength(7);
    }
  });

  it('is used by many at once, beside shortlists', async () => {
    const rerank = () =>
      service.post('/v1/rerank', { query: QUERY, generation: service.tiny.id, ids: [40, 2, 17, 30] });
    const [ranked, listed, again] = await Promise.all([rankAll(), rerank(), rankAll()]);
    expect([ranked.status, listed.status, again.status]).toEqual([200, 200, 200]);
    expect(await ranked.json()).toEqual(await again.json());
  });

  it.each([
    ['no limit', { limit: undefined }, 400, 'request_invalid'],
    ['a limit of none', { limit: 0 }, 400, 'request_invalid'],
    ['more than it answers', { limit: 2001 }, 400, 'request_invalid'],
    ['no words', { query: ' ' }, 400, 'query_empty'],
    ['another generation', { generation: '0'.repeat(16) }, 409, 'generation_missing'],
  ])('refuses %s', async (__, change, status, code) => {
    const response = await rankAll(change);
    expect([response.status, problemSchema.parse(await response.json()).code]).toEqual([status, code]);
  });
});

describe('an exhaustive ranking that may not be', () => {
  it('is refused for an index with more images than the limit, which it names', async () => {
    const service = await startTestService({ settings: { exhaustiveImages: 6 } });
    const client = createRerankClient({ url: service.server.url });
    await expect(
      client.rankAll({ query: QUERY, generation: service.tiny.id, limit: 1 }),
    ).rejects.toMatchObject({
      code: 'request_too_large',
      message: 'the index has 7 images, and exhaustive search compares at most 6',
    });
    await service.close();
  });

  it('is refused for a generation without coarse vectors, which serves shortlists all the same', async () => {
    const service = await startTestService({ tiny: { vectors: false } });
    const request = { query: QUERY, generation: service.tiny.id };
    const response = await service.post('/v1/rank-all', { ...request, limit: 1 });
    expect([response.status, problemSchema.parse(await response.json()).code]).toEqual([
      500,
      'generation_incomplete',
    ]);
    expect((await service.post('/v1/rerank', { ...request, ids: [1] })).status).toBe(200);
    await service.close();
  });

  it('stops when its caller has gone, and lets go of the images', async () => {
    const engines = heldEngines();
    const service = await startTestService({
      tiny: { images: IMAGES },
      engines: engines.engines,
      settings: { memoryBytes: 10 * IMAGE_BYTES },
    });
    engines.hold();
    const late = await service.post(
      '/v1/rank-all',
      { query: QUERY, generation: service.tiny.id, limit: 1 },
      { headers: { 'x-timeout-ms': '50' } },
    );
    expect([late.status, problemSchema.parse(await late.json()).code]).toEqual([504, 'timeout']);
    engines.release();
    // All of the memory can be had by the next request.
    const ids = Array.from({ length: 10 }, (_, id) => 40 - id);
    const next = await service.post('/v1/rerank', { query: QUERY, generation: service.tiny.id, ids });
    expect(next.status).toBe(200);
    expect(await service.metric('gsmn_rerank_pairs_total')).toBe(10);
    await service.close();
  });
});
