import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { searchIndex } from '../../batch/search/search-index.ts';
import { hasRelaxedSimd } from '../../shared/match/simd/relaxed-simd.ts';
import { loadEncodeKernel } from '../../shared/platform/encode/index.ts';
import { problemSchema, type SearchResponse, searchResponseSchema } from '../../shared/schema/index.ts';
import { createQdrantStore, qdrantVectors } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { edgeOver } from '../support/edge-over.ts';
import { startTestService, type TestService } from '../support/rerank-service.ts';
import { pushTinyPoints } from '../support/tiny-generation.ts';

const IMAGES = 19;
/** Scores are sums of float32 numbers. */
const DIGITS = 4;

const sentences = ['a dog runs on grass', 'a man', 'a man on a dog', 'grass', 'a man runs'];
const sentence = fc.constantFrom(...sentences);
const weighted = fc.record({ q: sentence, weight: fc.constantFrom(0.5, 1, 2, 3) });
const several = fc.uniqueArray(weighted, { minLength: 2, maxLength: 4, selector: ({ q }) => q });

describe.each([
  ['is encoded by the reranker', false],
  ['is encoded at the edge', true],
])('a search of several things that %s', (_, here) => {
  let service: TestService;
  let database: RunningQdrantLocal;
  let edge: ReturnType<typeof edgeOver>;

  beforeAll(async () => {
    service = await startTestService({ tiny: { images: IMAGES, seed: 5 } });
    database = await startQdrantLocal({ path: ':memory:', port: 0 });
    await pushTinyPoints(createQdrantStore({ url: database.url }), service.tiny);
    edge = edgeOver({
      rerank: service.server.url,
      qdrant: database.url,
      kernel: here ? () => loadEncodeKernel(hasRelaxedSimd()) : undefined,
    });
    // Loads the query model.
    await search({ q: 'a dog' });
  });
  afterAll(async () => {
    await database.close();
    await service.close();
  });

  async function request(path: string, init: RequestInit = {}): Promise<Response> {
    const background: Promise<unknown>[] = [];
    const waitUntil = (work: Promise<unknown>) => void background.push(work);
    const context = { waitUntil, passThroughOnException: () => {}, props: {} };
    const response = await edge.request(path, init, {}, context);
    await Promise.all(background);
    return response;
  }

  async function search(body: object): Promise<SearchResponse> {
    const headers = { 'content-type': 'application/json' };
    const text = JSON.stringify({ limit: IMAGES, ...body });
    const response = await request('/v1/search', { method: 'POST', headers, body: text });
    expect(response.status, await response.clone().text()).toBe(200);
    return searchResponseSchema.parse(await response.json());
  }

  const every = (body: object) => search({ exhaustive: true, ...body });
  const scoresOf = ({ hits }: SearchResponse) =>
    new Map(hits.map(({ id, scores }) => [id, scores.fused ?? scores.coarse]));
  const idsOf = ({ hits }: SearchResponse) => hits.map(({ id }) => id);

  function expectSame(answer: SearchResponse, other: SearchResponse): void {
    const scores = scoresOf(other);
    expect(answer.hits).toHaveLength(other.hits.length);
    for (const [id, score] of scoresOf(answer)) expect(scores.get(id)).toBeCloseTo(score, DIGITS);
  }

  it('is a plain search if it is one sentence of any weight', async () => {
    const { queries, ...alone } = await every({ queries: [{ q: 'a dog runs on grass', weight: 7 }] });
    expect(queries).toBeUndefined();
    expect(alone).toEqual(await every({ q: 'a dog runs on grass' }));
  });

  it('scores an image by the mean of what its sentences say, by their weights', async () => {
    await fc.assert(
      fc.asyncProperty(several, async (queries) => {
        const total = queries.reduce((sum, { weight }) => sum + weight, 0);
        const alone = await Promise.all(queries.map(async ({ q }) => scoresOf(await every({ q }))));
        const answer = await every({ queries });
        for (const [id, score] of scoresOf(answer)) {
          const mean = queries.reduce(
            (sum, { weight }, at) => sum + (weight / total) * (alone[at]?.get(id) ?? Number.NaN),
            0,
          );
          expect(score).toBeCloseTo(mean, DIGITS);
        }
        expect(idsOf(answer)).toHaveLength(IMAGES);
      }),
      { numRuns: 4 },
    );
  });

  it('does not depend on the order of its sentences, nor on the unit of their weights', async () => {
    await fc.assert(
      fc.asyncProperty(several, fc.constantFrom(0.25, 3, 10), fc.boolean(), async (queries, times, all) => {
        const answer = await search({ queries, exhaustive: all });
        const scaled = queries.map(({ q, weight }) => ({ q, weight: times * weight }));
        expectSame(await search({ queries: queries.toReversed(), exhaustive: all }), answer);
        expectSame(await search({ queries: scaled, exhaustive: all }), answer);
      }),
      { numRuns: 4 },
    );
  });

  it('has the score and the evidence of each sentence', async () => {
    const queries = [
      { q: 'a dog runs', weight: 3 },
      { q: 'grass without a man', weight: 1 },
    ];
    const answer = await search({ queries, limit: 3 });
    const [dog, grass] = await Promise.all(queries.map(({ q }) => every({ q })));
    expect(answer.queries).toEqual([
      { q: 'a dog runs', weight: 3, words: dog?.words },
      {
        q: 'grass without a man',
        weight: 1,
        words: grass?.words,
        understood: grass?.understood,
        without: ['a man'],
      },
    ]);
    expect(answer.query).toBe('a dog runs');
    for (const { id, scores, sentences: said, ...hit } of answer.hits) {
      const alone = [dog, grass].map((one) => one?.hits.find((other) => other.id === id));
      expect(said?.map(({ gsmn }) => gsmn.toFixed(DIGITS))).toEqual(
        alone.map((one) => one?.scores.gsmn?.toFixed(DIGITS)),
      );
      expect(said?.map(({ evidence }) => evidence?.words.map(({ word }) => word))).toEqual(
        alone.map((one) => one?.evidence?.words.map(({ word }) => word)),
      );
      const [first = 0, second = 0] = said?.map(({ gsmn }) => gsmn) ?? [];
      expect(scores.gsmn).toBeCloseTo(0.75 * first + 0.25 * second, DIGITS);
      expect(hit).not.toHaveProperty('evidence');
      expect(hit).not.toHaveProperty('relevance');
    }
  });

  it('denies a phrase as a sentence does with its own words', async () => {
    const written = await every({ q: 'a dog without grass' });
    const denied = await every({ q: 'a dog', not: ['grass'] });
    expect(denied.without).toEqual(written.without);
    expectSame(denied, written);
    expectSame(await search({ q: 'a dog', not: ['grass'] }), await search({ q: 'a dog without grass' }));
    expect(idsOf(denied)).not.toEqual(idsOf(await every({ q: 'a dog' })));
  });

  it('never raises an image that hits should not look like', async () => {
    await fc.assert(
      fc.asyncProperty(
        sentence,
        fc.uniqueArray(fc.nat(IMAGES - 1), { maxLength: 3 }),
        fc.nat(IMAGES - 1),
        async (q, before, id) => {
          fc.pre(!before.includes(id));
          const not = before.map((other) => `id:${other}`);
          const plain = await every({ q, ...(not.length === 0 ? {} : { not }) });
          const lowered = await every({ q, not: [...not, `id:${id}`] });
          expect(idsOf(lowered).indexOf(id)).toBeGreaterThanOrEqual(idsOf(plain).indexOf(id));
          expect(scoresOf(lowered).get(id)).toBeLessThan(scoresOf(plain).get(id) ?? Number.NaN);
        },
      ),
      { numRuns: 6 },
    );
  });

  it('lowers images by half of their cosine with one that hits should not look like', async () => {
    const { manifest, id: generation } = service.tiny;
    const vectors = await qdrantVectors(createQdrantStore({ url: database.url })).read(
      { generation, collection: manifest.collections.images },
      Array.from({ length: IMAGES }, (_, id) => id),
      {},
    );
    const plain = scoresOf(await every({ q: 'a dog' }));
    const { not, ...lowered } = await every({ q: 'a dog', not: ['id:3'], generation });
    expect(not).toEqual(['id:3']);
    for (const [id, score] of scoresOf(lowered)) {
      const cosine = vectors[id]?.reduce((sum, value, d) => sum + value * (vectors[3]?.[d] ?? NaN), 0) ?? NaN;
      const less = manifest.ranking.coarseWeight * 0.5 * cosine;
      expect(score).toBeCloseTo((plain.get(id) ?? NaN) - less, DIGITS);
    }
  });

  it('continues with the next page', async () => {
    const queries = [{ q: 'a dog' }, { q: 'grass' }];
    const not = ['a man', 'id:4'];
    const all = await search({ queries, not });
    const { id: generation } = service.tiny;
    const first = await search({ queries, not, limit: 3 });
    const second = await search({ queries, not, limit: 3, after: first.next, generation });
    expect([...idsOf(first), ...idsOf(second)]).toEqual(idsOf(all).slice(0, 6));
    const other = JSON.stringify({ queries, after: first.next });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: other };
    expect(problemSchema.parse(await (await request('/v1/search', init)).json()).detail).toMatch(/^after: /);
  });

  it('asks the same by an address as by a body', async () => {
    const address = `q=a%20dog&q=grass&weights=2,1&not=a%20man&not=id:4&limit=${IMAGES}`;
    const response = await request(`/v1/search?${address}`);
    const queries = [
      { q: 'a dog', weight: 2 },
      { q: 'grass', weight: 1 },
    ];
    expect(await response.json()).toEqual(await search({ queries, not: ['a man', 'id:4'] }));
  });

  it.each([
    ['an image that does not exist', 'q=a%20dog&not=id:19', /no image 19/],
    ['ids of another index', 'q=a%20dog&not=id:1&generation=0123456789abcdef', /was replaced/],
    ['a phrase of marks', 'q=a%20dog&not=!!', /no words/],
  ])('refuses %s', async (_, address, detail) => {
    const response = await request(`/v1/search?${address}`);
    expect(response.status).toBe(400);
    expect(problemSchema.parse(await response.json()).detail).toMatch(detail);
  });

  it('is the same in this process', async () => {
    const answer = await every({ q: 'a dog', not: ['a man', 'id:2'] });
    const own = await searchIndex({
      index: new IndexFolder(service.index),
      backend: 'wasm',
      query: 'a dog',
      not: { phrases: ['a man'], images: [2] },
      limit: IMAGES,
      exhaustive: true,
      understand: true,
      collapse: true,
      fuse: true,
      memoryBytes: 1 << 28,
      signal: new AbortController().signal,
    });
    expect(own.hits.map(({ id, score }) => [id, score.toFixed(DIGITS)])).toEqual(
      answer.hits.map(({ id, scores }) => [id, scores.fused?.toFixed(DIGITS)]),
    );
  });
});
