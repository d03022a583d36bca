import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTfjsEncoder, createTfjsMatcher } from '../../shared/gsmn/index.ts';
import { loadTfjsBackend } from '../../shared/platform/tfjs/index.ts';
import { encodeResponseSchema, rerankResponseSchema } from '../../shared/schema/index.ts';
import { encodeQuery } from '../../shared/text/index.ts';
import { createRerankClient } from '../../workers/clients/index.ts';
import type { NodeCacheStatus } from '../../workers/rerank/matching/node-cache.ts';
import { startTestService, type TestService } from '../support/rerank-service.ts';
import type { TinyGeneration } from '../support/tiny-generation.ts';

const QUERY = 'A dog runs on the grass.';
const IDS = [4, 0, 6, 2];

/** What the engines say of the query and every image, asked without any service. */
async function direct({ model, images, vocabulary }: TinyGeneration, query: string) {
  await loadTfjsBackend('wasm');
  const encoder = createTfjsEncoder('wasm', model.config, model.parameters);
  const matcher = createTfjsMatcher('wasm', model.config, model.parameters);
  const { ids } = encodeQuery(query, vocabulary);
  const [words = new Float32Array()] = await encoder.encodeCaptions([ids]);
  const prepared = await matcher.prepareImages(images);
  const scores = await matcher.score(prepared, [{ words }]);
  const evidence = await matcher.evidenceOf(prepared, [...images.keys()], { words });
  prepared.dispose();
  await matcher.dispose();
  await encoder.dispose();
  return { ids, words, scores, evidence };
}

/** Bytes of one of the tiny generation's images, prepared: nodes [3, 12], Gram [3, 4 x 3], gates [3, 3]. */
const TINY_IMAGE = 4 * 3 * (12 + 12 + 3);

describe.each([
  ['all images in memory', undefined, 7],
  ['memory for three images', 3.5 * TINY_IMAGE, 3],
  ['memory for one image', TINY_IMAGE, 1],
])('the rerank service, %s', (_, memoryBytes, resident) => {
  let service: TestService;
  let expected: Awaited<ReturnType<typeof direct>>;

  beforeAll(async () => {
    const everything = { regions: 99, weight: 0 };
    service = await startTestService({
      settings: { evidence: everything, ...(memoryBytes === undefined ? {} : { memoryBytes }) },
    });
    expected = await direct(service.tiny, QUERY);
  });
  afterAll(() => service.close());

  async function rerank(request: object) {
    const response = await service.post('/v1/rerank', {
      query: QUERY,
      generation: service.tiny.id,
      ...request,
    });
    expect(response.status).toBe(200);
    return rerankResponseSchema.parse(await response.json());
  }

  it('holds the images as it should', async () => {
    const line = service.lines.find(({ message }) => message === 'generation loaded');
    expect(line?.fields).toMatchObject({ images: 7, resident, backend: 'wasm', encoder: 'wasm' });
  });

  it('tells what the cache holds and did', async () => {
    await rerank({ ids: [6, 0] });
    const response = await service.get('/v1/status');
    const { active, generations } = (await response.json()) as {
      active: string;
      generations: { id: string; images: number; cache: NodeCacheStatus }[];
    };
    expect(active).toBe(service.tiny.id);
    const [{ id, images, cache } = { id: '', images: 0, cache: undefined }] = generations;
    expect([id, images]).toEqual([service.tiny.id, 7]);
    expect(cache?.images).toBe(resident);
    expect(cache?.budget).toBe(memoryBytes ?? 2 ** 31);
    expect(cache?.bytes).toBeLessThanOrEqual(memoryBytes ?? 2 ** 31);
    expect(cache?.bytesRead).toBeGreaterThanOrEqual(resident * 3 * (4 * 12 + 16));
    const label = `{generation="${id}"}`;
    expect(await service.metric(`gsmn_rerank_cache_images${label}`)).toBe(resident);
    expect(await service.metric(`gsmn_rerank_cache_budget_bytes${label}`)).toBe(memoryBytes ?? 2 ** 31);
    for (const [name, value] of [
      ['hits', cache?.hits],
      ['misses', cache?.misses],
      ['evictions', cache?.evictions],
      ['read_bytes', cache?.bytesRead],
    ] as const) {
      expect([name, await service.metric(`gsmn_rerank_cache_${name}_total${label}`)]).toEqual([name, value]);
    }
    const { hits = 0, misses = 0 } = cache ?? {};
    expect(hits + misses).toBeGreaterThanOrEqual(2);
    if (memoryBytes === undefined) expect(misses).toBe(0);
    else expect(misses).toBeGreaterThan(0);
  });

  it('encodes a query as the network and the recall encoder do', async () => {
    const response = await service.post('/v1/encode', { query: QUERY, includeWords: true });
    const answer = encodeResponseSchema.parse(await response.json());
    const { manifest, recall } = service.tiny;
    expect(answer).toMatchObject({
      generation: manifest.id,
      collection: manifest.collections.images,
      ranking: manifest.ranking,
      nodes: { shape: [9, 12] },
    });
    expect(answer.words.map(({ text, known }) => [text, known])).toEqual([
      ['a', true],
      ['dog', true],
      ['runs', true],
      ['on', true],
      ['the', false],
      ['grass', true],
      ['.', true],
    ]);
    const bytes = Buffer.from(answer.nodes?.base64 ?? '', 'base64');
    const words = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    expect([...words]).toEqual([...expected.words]);
    const [coarse = []] = await recall.encodeTexts([{ ids: expected.ids, words: expected.words }]);
    expect(answer.coarse).toEqual([...coarse]);
  });

  it('leaves the nodes out unless they are asked for', async () => {
    const response = await service.post('/v1/encode', { query: QUERY });
    expect(encodeResponseSchema.parse(await response.json()).nodes).toBeUndefined();
  });

  it('scores the shortlist as the matcher does, in the order that was asked for', async () => {
    const { generation, backend, scores } = await rerank({ ids: IDS });
    expect([generation, backend]).toEqual([service.tiny.id, 'wasm']);
    expect(scores.map(({ id }) => id)).toEqual(IDS);
    for (const { id, score, imageToText, textToImage, evidence } of scores) {
      expect(imageToText).toBeCloseTo(expected.scores.imageToText[id] ?? Number.NaN, 5);
      expect(textToImage).toBeCloseTo(expected.scores.textToImage[id] ?? Number.NaN, 5);
      expect(score).toBe(imageToText + textToImage);
      expect(evidence).toBeUndefined();
    }
    const distinct = new Set(scores.map(({ score }) => score.toFixed(4)));
    expect(distinct.size).toBe(IDS.length);
  });

  it('scores a shortlist of one', async () => {
    const { scores } = await rerank({ ids: [3], evidenceIds: [3] });
    expect(scores).toHaveLength(1);
    expect(scores[0]?.textToImage).toBeCloseTo(expected.scores.textToImage[3] ?? Number.NaN, 5);
    expect(scores[0]?.evidence?.words).toHaveLength(7);
  });

  it('tells for the asked images what each word looked at', async () => {
    const { scores } = await rerank({ ids: IDS, evidenceIds: [6, 4] });
    expect(scores.filter(({ evidence }) => evidence).map(({ id }) => id)).toEqual([4, 6]);
    for (const { id, evidence } of scores) {
      if (evidence === undefined) continue;
      const image = service.tiny.images[id];
      const own = expected.evidence[id];
      expect(evidence.words.map(({ word }) => word)).toEqual(['a', 'dog', 'runs', 'on', 'the', 'grass', '.']);
      for (const [index, { score, regions }] of evidence.words.entries()) {
        expect(score).toBeCloseTo(own?.wordScores[index + 1] ?? Number.NaN, 5);
        expect(regions).toHaveLength(3);
        expect(regions.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 5);
        for (const { region, weight, box } of regions) {
          expect(weight).toBeCloseTo(own?.wordAttention[(index + 1) * 3 + region] ?? Number.NaN, 5);
          expect(box).toEqual([...(image?.boxes.subarray(4 * region, 4 * region + 4) ?? [])]);
        }
        const weights = regions.map(({ weight }) => weight);
        expect(weights).toEqual([...weights].sort((a, b) => b - a));
      }
    }
  });

  it('answers the clients of this project', async () => {
    const client = createRerankClient({ url: service.server.url });
    const { generation } = await client.encode({ query: QUERY });
    const { scores } = await client.rerank({ query: QUERY, generation, ids: [1] });
    expect(scores[0]?.id).toBe(1);
    await expect(client.encode({ query: 'x'.repeat(2000) })).rejects.toMatchObject({
      code: 'query_too_long',
    });
    await expect(client.rerank({ query: QUERY, generation: 'f'.repeat(16), ids: [1] })).rejects.toMatchObject(
      { code: 'generation_missing' },
    );
  });
});

describe('what the rerank service counts', () => {
  it('tells it to Prometheus: queries found in the cache, pairs, stages, requests, errors', async () => {
    const service = await startTestService();
    const request = { query: QUERY, generation: service.tiny.id, ids: [0, 1, 2] };
    await service.post('/v1/encode', { query: QUERY });
    await service.post('/v1/rerank', request);
    await service.post('/v1/rerank', { ...request, generation: 'none' });
    expect({
      miss: await service.metric('gsmn_rerank_queries_total{cache="miss"}'),
      hit: await service.metric('gsmn_rerank_queries_total{cache="hit"}'),
      pairs: await service.metric('gsmn_rerank_pairs_total'),
      matched: await service.metric('gsmn_rerank_stage_seconds_count{stage="match"}'),
      answered: await service.metric('gsmn_rerank_requests_total{route="/v1/rerank",status="200"}'),
      refused: await service.metric('gsmn_rerank_requests_total{route="/v1/rerank",status="409"}'),
      errors: await service.metric('gsmn_rerank_errors_total{code="generation_missing"}'),
      loads: await service.metric('gsmn_rerank_generation_loads_total{outcome="loaded"}'),
      images: await service.metric(
        `gsmn_rerank_generation_images{generation="${service.tiny.id}",active="true"}`,
      ),
    }).toEqual({
      miss: 1,
      hit: 1,
      pairs: 3,
      matched: 1,
      answered: 1,
      refused: 1,
      errors: 1,
      loads: 1,
      images: 7,
    });
    const bytes = await service.metric(`gsmn_rerank_generation_bytes{generation="${service.tiny.id}"}`);
    expect(bytes).toBeGreaterThan(7 * 3 * 12 * 4);
    const type = (await service.get('/metrics')).headers.get('content-type');
    expect(type).toContain('text/plain');
    await service.close();
  });
});
