import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRelaxedSimd } from '../../shared/match/simd/relaxed-simd.ts';
import { loadEncodeKernel } from '../../shared/platform/encode/index.ts';
import { problemSchema, type SearchResponse, searchResponseSchema } from '../../shared/schema/index.ts';
import { createQdrantStore, type QdrantStore } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { edgeOver } from '../support/edge-over.ts';
import { startTestService, type TestService } from '../support/rerank-service.ts';
import {
  activateTiny,
  pushTinyPoints,
  type TinyGeneration,
  writeTinyGeneration,
} from '../support/tiny-generation.ts';

const QUERY = 'A dog runs on the grass.';
const IMAGES = 23;

/** The edge worker's answer to a query, after the load of the query model that it may start. */
async function searchAt(edge: ReturnType<typeof edgeOver>, request: object = {}): Promise<SearchResponse> {
  const background: Promise<unknown>[] = [];
  const waitUntil = (work: Promise<unknown>) => void background.push(work);
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ q: QUERY, limit: 10, ...request }),
  };
  const context = { waitUntil, passThroughOnException: () => {}, props: {} };
  const response = await edge.request('/v1/search', init, {}, context);
  expect(response.status).toBe(200);
  await Promise.all(background);
  return searchResponseSchema.parse(await response.json());
}

describe.each([
  ['that compares no parses', {}],
  ['that compares parses', { sparse: true, propagation: 'neighbours' } as const],
])('a search over the services, by a model %s', (_, config) => {
  let service: TestService;
  let database: RunningQdrantLocal;
  let store: QdrantStore;

  beforeAll(async () => {
    service = await startTestService({ tiny: { images: IMAGES, seed: 11, config } });
    database = await startQdrantLocal({ path: ':memory:', port: 0 });
    store = createQdrantStore({ url: database.url });
    await pushTinyPoints(store, service.tiny);
  });
  afterAll(async () => {
    await database.close();
    await service.close();
  });

  const newEdge = () =>
    edgeOver({
      rerank: service.server.url,
      qdrant: database.url,
      kernel: () => loadEncodeKernel(hasRelaxedSimd()),
    });
  const requests = (route: string) =>
    service.metric(`gsmn_rerank_requests_total{route="${route}",status="200"}`);

  /** An answer, with scores to the digits that all engines share. */
  const rounded = ({ hits, ...answer }: SearchResponse) => ({
    ...answer,
    hits: hits.map(({ evidence, scores, ...hit }) => ({
      ...hit,
      scores: Object.values(scores).map((score) => score?.toFixed(3)),
      words: evidence?.words.map(({ word, score }) => [word, score.toFixed(3)]),
    })),
  });

  it('gives the same answer if the reranker or the edge worker encodes the query', async () => {
    const edge = newEdge();
    for (const request of [{}, { offset: 3, limit: 4 }, { exhaustive: true }]) {
      const before = await requests('/v1/encode');
      const first = await searchAt(newEdge(), request);
      expect(await requests('/v1/encode')).toBe(before + 1);
      expect(first).toMatchObject({ generation: service.tiny.id, stage: 'rerank' });
      expect(first.hits.length).toBeGreaterThan(0);
      expect(first.degraded).toBeUndefined();
      await searchAt(edge);
      const after = await requests('/v1/encode');
      expect(rounded(await searchAt(edge, request))).toEqual(rounded(first));
      // The edge worker encoded this one.
      expect(await requests('/v1/encode')).toBe(after);
    }
  });

  it('makes two round trips: one to the database, one to the reranker', async () => {
    const edge = newEdge();
    await searchAt(edge);
    const before = await Promise.all(['/v1/encode', '/v1/rank'].map(requests));
    const { limit, hits } = await searchAt(edge, { limit: 4 });
    expect([limit, hits.length]).toEqual([4, 4]);
    const after = await Promise.all(['/v1/encode', '/v1/rank'].map(requests));
    expect(after.map((count, route) => count - (before[route] ?? Number.NaN))).toEqual([0, 1]);
  });

  it('follows a switch of generations, and a deletion of the collection', async () => {
    const [warm, cold] = [newEdge(), newEdge()];
    await searchAt(warm);
    const old: TinyGeneration = service.tiny;
    const next = await writeTinyGeneration(service.index, { images: IMAGES, seed: 12, config });
    await pushTinyPoints(store, next);
    await activateTiny(service.index, next.id, old.id);
    await service.server.refresh();
    // The kept model is that of the old generation: the reranker still has it, and reports that it is not active.
    expect((await searchAt(warm)).generation).toBe(next.id);
    const [here, there] = [await searchAt(warm), await searchAt(cold)];
    expect(rounded(here)).toEqual(rounded(there));
    expect(here.generation).toBe(next.id);

    // Back, and the generation that served meanwhile is deleted.
    await activateTiny(service.index, old.id);
    await service.server.refresh();
    await store.deleteCollection(next.manifest.collections.images);
    expect((await searchAt(warm)).generation).toBe(old.id);
    expect((await searchAt(warm, { limit: 20 })).hits).toHaveLength(20);
  });

  it('pages on in the generation of the first page, whichever is active, as long as that is served', async () => {
    const page = async (edge: ReturnType<typeof edgeOver>, after?: string) =>
      searchAt(edge, { limit: 4, ...(after === undefined ? {} : { after }) });
    const [warm, cold] = [newEdge(), newEdge()];
    await activateTiny(service.index, service.tiny.id);
    await service.server.refresh();
    const all = await searchAt(warm, { limit: 100 });
    const old = service.tiny;
    const first = await page(warm);
    const next = await writeTinyGeneration(service.index, { images: IMAGES, seed: 13, config });
    await pushTinyPoints(store, next);
    await activateTiny(service.index, next.id, old.id);
    await service.server.refresh();
    expect((await searchAt(warm)).generation).toBe(next.id);
    for (const edge of [warm, cold]) {
      const found = first.hits.map(({ id }) => id);
      for (let after = first.next; after !== undefined; ) {
        const further = await page(edge, after);
        expect([further.generation, further.offset, further.total]).toEqual([
          old.id,
          found.length,
          first.total,
        ]);
        found.push(...further.hits.map(({ id }) => id));
        after = further.next;
      }
      expect(found).toEqual(all.hits.map(({ id }) => id));
    }
    // Two switches later it is gone.
    const last = await writeTinyGeneration(service.index, { images: IMAGES, seed: 14, config });
    await pushTinyPoints(store, last);
    await activateTiny(service.index, last.id, next.id);
    await service.server.refresh();
    for (const edge of [warm, cold]) {
      const parameters = new URLSearchParams({ q: QUERY, limit: '4', after: first.next ?? '' });
      const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
      const response = await edge.request(`/v1/search?${parameters}`, {}, {}, context);
      const { code, detail, hint } = problemSchema.parse(await response.json());
      expect([response.status, code]).toEqual([400, 'request_invalid']);
      expect(detail).toBe(`the index was replaced: its version ${old.id} is not served any more.`);
      expect(hint).toContain('Begin with the first page');
    }
    await activateTiny(service.index, old.id);
    await service.server.refresh();
  });

  it('says that the index does not respond if its collection was deleted', async () => {
    await store.deleteCollection(service.tiny.manifest.collections.images);
    const response = await newEdge().request(
      `/v1/search?${new URLSearchParams({ q: QUERY })}`,
      {},
      {},
      {
        waitUntil: () => {},
        passThroughOnException: () => {},
        props: {},
      },
    );
    expect([response.status, problemSchema.parse(await response.json()).code]).toEqual([
      503,
      'recall_unavailable',
    ]);
  });
});
