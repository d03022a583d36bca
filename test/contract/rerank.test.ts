import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTfjsEncoder, createTfjsMatcher } from '../../shared/gsmn/index.ts';
import type { Matcher } from '../../shared/model/index.ts';
import { createQueryEngines } from '../../shared/platform/engines/index.ts';
import { loadTfjsBackend } from '../../shared/platform/tfjs/index.ts';
import { encodeResponseSchema, evidenceSchema, rankResponseSchema } from '../../shared/schema/index.ts';
import type { NodeCacheStatus } from '../../shared/search/images/node-cache.ts';
import { evidenceJson } from '../../shared/search/word-evidence.ts';
import { encodeQuery } from '../../shared/text/index.ts';
import { createRerankClient } from '../../workers/clients/index.ts';
import { seededRandom } from '../support/random.ts';
import { startTestService, type TestService, testEngines } from '../support/rerank-service.ts';
import type { TinyGeneration } from '../support/tiny-generation.ts';

const QUERY = 'A dog runs on the grass.';
const WORDS = ['a', 'dog', 'runs', 'on', 'the', 'grass', '.'];
/** A shortlist with cosines that affect the order. */
const SHORTLIST = [
  [4, 0.9],
  [0, 0.1],
  [6, -0.3],
  [2, 0.4],
] as const;

/** Scores of the query and every image from the engines, without any service. */
async function direct({ model, images, vocabulary, recall }: TinyGeneration, query: string) {
  await loadTfjsBackend('wasm');
  const encoder = createTfjsEncoder('wasm', model.config, model.parameters);
  const matcher = createTfjsMatcher('wasm', model.config, model.parameters);
  const { ids } = encodeQuery(query, vocabulary);
  const [words = new Float32Array()] = await encoder.encodeCaptions([ids]);
  const [coarse = new Float32Array()] = await recall.encodeTexts([{ text: query, ids, words }]);
  const vectors = await recall.encodeImages(
    images.map((image) => ({ ...image, regions: 3, features: new Float32Array() })),
  );
  const prepared = await matcher.prepareImages(images);
  const { imageToText, textToImage } = await matcher.score(prepared, [{ words }]);
  const evidence = await matcher.evidenceOf(prepared, [...images.keys()], { words });
  prepared.dispose();
  await matcher.dispose();
  await encoder.dispose();
  const gsmn = [...imageToText].map((score, image) => score + (textToImage[image] ?? Number.NaN));
  const cosines = vectors.map((vector) =>
    vector.reduce((sum, value, at) => sum + value * (coarse[at] ?? Number.NaN), 0),
  );
  return { words, coarse, gsmn, cosines, evidence };
}

function base64(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

/** Bytes of a prepared image of the tiny generation: nodes [3, 12], Gram [3, 4 x 3], gates [3, 3]. */
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

  async function rank(request: object = {}) {
    const response = await service.post('/v1/rank', {
      query: QUERY,
      generation: service.tiny.id,
      candidates: SHORTLIST,
      limit: 10,
      ...request,
    });
    expect(response.status).toBe(200);
    return rankResponseSchema.parse(await response.json());
  }

  /** The images in the expected order for these cosines. */
  function ranked(cosines: readonly (readonly [id: number, coarse: number])[]) {
    const { coarseWeight } = service.tiny.manifest.ranking;
    return cosines
      .map(([id, coarse]) => {
        const gsmn = expected.gsmn[id] ?? Number.NaN;
        return { id, coarse, gsmn, score: gsmn + coarseWeight * coarse };
      })
      .sort((a, b) => b.score - a.score);
  }

  it('holds as many images as fit', async () => {
    const line = service.lines.find(({ message }) => message === 'generation loaded');
    expect(line?.fields).toMatchObject({ images: 7, resident, backend: 'wasm', encoder: 'wasm' });
  });

  it('reports contents and counters of the cache', async () => {
    await rank({
      candidates: [
        [6, 0.5],
        [0, 0.5],
      ],
    });
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
    const response = await service.post('/v1/encode', { query: QUERY, understand: false });
    const answer = encodeResponseSchema.strict().parse(await response.json());
    const { manifest } = service.tiny;
    expect(answer).toMatchObject({
      generation: manifest.id,
      collection: manifest.collections.images,
      ranking: manifest.ranking,
    });
    expect(answer.words.map(({ text, known }) => [text, known])).toEqual(
      WORDS.map((word) => [word, word !== 'the']),
    );
    expect(answer.searched).toEqual(WORDS);
    expect(answer.coarse).toEqual([...expected.coarse]);
  });

  it('encodes a query as it was meant, and ranks it as such', async () => {
    const encode = async (body: object) =>
      encodeResponseSchema.strict().parse(await (await service.post('/v1/encode', body)).json());
    const [meant, plain] = [await encode({ query: 'Dogs!' }), await encode({ query: 'dog' })];
    expect(meant.words).toEqual([
      expect.objectContaining({ text: 'dogs', known: false, as: 'dog', by: 'form' }),
    ]);
    expect([meant.understood, meant.coarse]).toEqual(['dog', plain.coarse]);
    const scores = async (query: string, changes: object = {}) =>
      (await rank({ query, ...changes })).images.map(({ id, gsmn }) => [id, gsmn]);
    expect(await scores('Dogs!')).toEqual(await scores('dog'));
    expect(await scores('Dogs!', { understand: false })).not.toEqual(await scores('dog'));
    const without = await encode({ query: 'a dog without a leash' });
    expect(without).toMatchObject({
      understood: 'a dog',
      without: ['a leash'],
      searched: expect.arrayContaining(['dog']),
    });
  });

  it('ranks a shortlist by the fused score, with payloads', async () => {
    const { images, ...answer } = await rank();
    expect(answer).toMatchObject({
      generation: service.tiny.id,
      active: service.tiny.id,
      backend: 'wasm',
      compared: 4,
      evidence: 'complete',
    });
    const order = ranked(SHORTLIST);
    expect(images.map(({ id }) => id)).toEqual(order.map(({ id }) => id));
    for (const [place, { id, score, gsmn, coarse, payload }] of images.entries()) {
      expect(gsmn).toBeCloseTo(order[place]?.gsmn ?? Number.NaN, 5);
      expect(score).toBeCloseTo(order[place]?.score ?? Number.NaN, 5);
      expect(coarse).toBe(order[place]?.coarse);
      expect(payload).toEqual(service.tiny.payloads[id]);
    }
    // Neither score alone gives this order.
    expect(new Set(images.map(({ gsmn }) => gsmn.toFixed(4))).size).toBe(4);
  });

  it('returns the requested page of the same ranking', async () => {
    const whole = (await rank()).images;
    const pages = [];
    for (const offset of [0, 2, 4]) pages.push(await rank({ offset, limit: 2 }));
    expect(pages.map(({ images }) => images)).toEqual([whole.slice(0, 2), whole.slice(2), []]);
    expect(pages.map(({ compared }) => compared)).toEqual([4, 4, 4]);
  });

  it('computes missing cosines', async () => {
    const { images } = await rank({ candidates: [0, 1, 2, 3, 4, 5, 6].map((id) => [id, null]) });
    const order = ranked(expected.cosines.map((cosine, id) => [id, cosine]));
    expect(images.map(({ id }) => id)).toEqual(order.map(({ id }) => id));
    for (const [place, { coarse }] of images.entries()) {
      expect(coarse).toBeCloseTo(order[place]?.coarse ?? Number.NaN, 6);
    }
  });

  it('accepts an encoded query, with the same result as for the sentence', async () => {
    const query = {
      words: WORDS,
      nodes: base64(expected.words),
      coarse: base64(expected.coarse),
    };
    for (const candidates of [SHORTLIST, 'all', [[3, null]]]) {
      const [sentence, encoded] = [await rank({ candidates }), await rank({ candidates, query })];
      expect(encoded).toEqual({ ...sentence, took: encoded.took });
    }
  });

  it('ranks a shortlist of one', async () => {
    const { images } = await rank({ candidates: [[3, 0.25]] });
    expect(images).toHaveLength(1);
    expect(images[0]?.gsmn).toBeCloseTo(expected.gsmn[3] ?? Number.NaN, 5);
    expect(images[0]?.evidence?.words).toHaveLength(7);
  });

  it('returns evidence for the images of the page', async () => {
    const { images } = await rank({ limit: 3 });
    expect(images).toHaveLength(3);
    for (const { id, evidence } of images) {
      const image = service.tiny.images[id];
      const own = expected.evidence[id];
      if (evidence === undefined) throw new Error('no evidence');
      const told = evidenceSchema.parse(JSON.parse(evidenceJson(evidence, WORDS)));
      expect(told.words.map(({ word }) => word)).toEqual(WORDS);
      for (const [index, { score, regions }] of told.words.entries()) {
        expect(score).toBeCloseTo(own?.wordScores[index + 1] ?? Number.NaN, 5);
        expect(regions).toHaveLength(3);
        expect(regions.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 3);
        for (const { region, weight, box } of regions) {
          // Rounded to four decimals.
          expect(weight).toBeCloseTo(own?.wordAttention[(index + 1) * 3 + region] ?? Number.NaN, 3);
          expect(box).toEqual(
            [...(image?.boxes.subarray(4 * region, 4 * region + 4) ?? [])].map((corner) =>
              expect.closeTo(corner, 3),
            ),
          );
        }
        const weights = regions.map(({ weight }) => weight);
        expect(weights).toEqual([...weights].sort((a, b) => b - a));
      }
    }
  });

  it('gives simultaneous requests the same results as each alone', async () => {
    const lists = [SHORTLIST, SHORTLIST.slice(1, 3), [[5, 0.2]], SHORTLIST.toReversed()];
    const queries = [QUERY, 'a man', 'grass .', 'a dog on a man'];
    const requests = lists.flatMap((candidates) => queries.map((query) => ({ candidates, query })));
    const alone = [];
    for (const request of requests) alone.push((await rank(request)).images);
    const together = await Promise.all(requests.map((request) => rank(request)));
    expect(together.map(({ images }) => images)).toEqual(alone);
  });

  it('works with the clients of this project', async () => {
    const client = createRerankClient({ url: service.server.url });
    const { generation } = await client.encode({ query: QUERY });
    const { images } = await client.rank({ query: QUERY, generation, candidates: [[1, 0.5]], limit: 1 });
    expect(images[0]?.id).toBe(1);
    await expect(client.encode({ query: 'x'.repeat(2000) })).rejects.toMatchObject({
      code: 'query_too_long',
    });
    await expect(
      client.rank({ query: QUERY, generation: 'f'.repeat(16), candidates: 'all', limit: 1 }),
    ).rejects.toMatchObject({ code: 'generation_stale' });
  });
});

describe('simultaneous requests, on the kernels that serve', () => {
  it.each(['self', 'neighbours'] as const)('have the same bits as each alone (%s)', async (propagation) => {
    const service = await startTestService({
      tiny: { images: 60, config: { jointSize: 32, propagation } },
      engines: ({ config, parameters }) => createQueryEngines(config, parameters, 'simd'),
    });
    const random = seededRandom(7);
    const some = <T>(values: readonly T[]): T => values[Math.floor(values.length * random())] as T;
    const requests = Array.from({ length: 24 }, (_, index) => ({
      query: some([QUERY, 'a man', 'grass .', 'a dog on a man runs', 'grass grass']),
      generation: service.tiny.id,
      candidates:
        index % 8 === 7
          ? 'all'
          : Array.from({ length: 1 + Math.floor(30 * random()) }, (__, place) => [
              (place * 7 + index) % 60,
              random(),
            ]),
      limit: 50,
    }));
    const ask = async (request: object) => {
      const response = await service.post('/v1/rank', request);
      expect(response.status).toBe(200);
      return rankResponseSchema.parse(await response.json()).images;
    };
    const alone = [];
    for (const request of requests) alone.push(await ask(request));
    const before = await service.metric('gsmn_rerank_stage_seconds_count{stage="match"}');
    expect(await Promise.all(requests.map(ask))).toEqual(alone);
    // They were compared in fewer calls than separately.
    const after = await service.metric('gsmn_rerank_stage_seconds_count{stage="match"}');
    expect(after - before).toBeLessThan(before);
    await service.close();
  });
});

describe('a generation without payloads', () => {
  it('is ranked without payloads', async () => {
    const service = await startTestService({ tiny: { payloads: false } });
    const response = await service.post('/v1/rank', {
      query: QUERY,
      generation: service.tiny.id,
      candidates: SHORTLIST,
      limit: 2,
    });
    const { images } = rankResponseSchema.parse(await response.json());
    expect(images.map(({ payload, evidence }) => [payload, evidence?.words.length])).toEqual([
      [undefined, 7],
      [undefined, 7],
    ]);
    await service.close();
  });
});

describe('late or failed evidence', () => {
  it('does not change the order', async () => {
    let evidenceOf: Matcher['evidenceOf'] = async () => Promise.reject(new Error('the device is lost'));
    const service = await startTestService({
      engines: async (model) => {
        const { encoder, matcher } = await testEngines(model);
        return { encoder, matcher: { ...matcher, evidenceOf: (...call) => evidenceOf(...call) } };
      },
    });
    const request = { query: QUERY, generation: service.tiny.id, candidates: SHORTLIST, limit: 4 };
    const ask = async () => {
      const response = await service.post('/v1/rank', request, { headers: { 'x-timeout-ms': '1500' } });
      expect(response.status).toBe(200);
      const { evidence, images } = rankResponseSchema.parse(await response.json());
      expect(images.every((image) => image.evidence === undefined)).toBe(true);
      return { evidence, ids: images.map(({ id }) => id) };
    };
    const failed = await ask();
    expect(failed.evidence).toBe('failed');
    const complaint = service.lines.find(({ level }) => level === 'error');
    expect(complaint?.fields.err).toMatchObject({ message: 'the device is lost' });

    // It ends when it is aborted, before the caller's time limit.
    evidenceOf = (_prepared, _indices, _caption, { signal } = {}) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    expect(await ask()).toEqual({ evidence: 'late', ids: failed.ids });
    expect(failed.ids).toHaveLength(4);
    await service.close();
  });
});

describe('the metrics of the rerank service', () => {
  it('count cached queries, pairs, stages, requests and errors for Prometheus', async () => {
    const service = await startTestService();
    const candidates = [0, 1, 2].map((id) => [id, 0.5]);
    const request = { query: QUERY, generation: service.tiny.id, candidates, limit: 3 };
    await service.post('/v1/encode', { query: QUERY });
    await service.post('/v1/rank', request);
    await service.post('/v1/rank', { ...request, generation: 'none' });
    expect({
      miss: await service.metric('gsmn_rerank_queries_total{cache="miss"}'),
      hit: await service.metric('gsmn_rerank_queries_total{cache="hit"}'),
      pairs: await service.metric('gsmn_rerank_pairs_total'),
      read: await service.metric('gsmn_rerank_stage_seconds_count{stage="images"}'),
      matched: await service.metric('gsmn_rerank_stage_seconds_count{stage="match"}'),
      evidence: await service.metric('gsmn_rerank_stage_seconds_count{stage="evidence"}'),
      answered: await service.metric('gsmn_rerank_requests_total{route="/v1/rank",status="200"}'),
      refused: await service.metric('gsmn_rerank_requests_total{route="/v1/rank",status="409"}'),
      errors: await service.metric('gsmn_rerank_errors_total{code="generation_stale"}'),
      loads: await service.metric('gsmn_rerank_generation_loads_total{outcome="loaded"}'),
      images: await service.metric(
        `gsmn_rerank_generation_images{generation="${service.tiny.id}",active="true"}`,
      ),
    }).toEqual({
      miss: 1,
      hit: 1,
      pairs: 3,
      read: 1,
      matched: 1,
      evidence: 1,
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
