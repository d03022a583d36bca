import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRelaxedSimd } from '../../shared/match/simd/relaxed-simd.ts';
import { loadEncodeKernel } from '../../shared/platform/encode/index.ts';
import { type SearchResponse, searchResponseSchema } from '../../shared/schema/index.ts';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { edgeOver } from '../support/edge-over.ts';
import { seededRandom } from '../support/random.ts';
import { startTestService, type TestService } from '../support/rerank-service.ts';
import {
  activateTiny,
  pushTinyPoints,
  type TinyGeneration,
  writeTinyGeneration,
} from '../support/tiny-generation.ts';

const QUERIES = ['A dog runs on the grass.', 'a dog', 'a cat on the grass', 'grass', 'the dog runs'];

describe('answers that are kept, over running services', () => {
  let service: TestService;
  let database: RunningQdrantLocal;
  let generations: readonly TinyGeneration[];

  beforeAll(async () => {
    service = await startTestService({ tiny: { images: 23, seed: 11 } });
    database = await startQdrantLocal({ path: ':memory:', port: 0 });
    const next = await writeTinyGeneration(service.index, { images: 23, seed: 12 });
    generations = [service.tiny, next];
    const store = createQdrantStore({ url: database.url });
    for (const one of generations) await pushTinyPoints(store, one);
  });
  afterAll(async () => {
    await database.close();
    await service.close();
  });

  const newEdge = (cache?: Parameters<typeof edgeOver>[0]['cache']) => {
    const edge = edgeOver({
      rerank: service.server.url,
      qdrant: database.url,
      kernel: () => loadEncodeKernel(hasRelaxedSimd()),
      cache,
    });
    const background: Promise<unknown>[] = [];
    const waitUntil = (work: Promise<unknown>) => void background.push(work);
    const context = { waitUntil, passThroughOnException: () => {}, props: {} };
    const ask = async (q: string, parameters: Record<string, string> = {}) => {
      const address = `/v1/search?${new URLSearchParams({ q, limit: '7', ...parameters })}`;
      const response = await edge.request(address, {}, {}, context);
      expect(response.status).toBe(200);
      const answer = searchResponseSchema.parse(await response.json());
      return { answer, status: response.headers.get('cache-status') ?? '' };
    };
    return { ask, settle: () => Promise.all(background) };
  };
  const activate = async (at: number) => {
    const [to, from] = [generations[at], generations[1 - at]] as readonly [TinyGeneration, TinyGeneration];
    await activateTiny(service.index, to.id, from.id);
    await service.server.refresh();
  };
  /** To the digits that all engines share. */
  const rounded = ({ hits, ...answer }: SearchResponse) => ({
    ...answer,
    hits: hits.map(({ id, scores, image, evidence }) => ({
      id,
      image,
      scores: Object.values(scores).map((score) => score?.toFixed(3)),
      words: evidence?.words.map(({ word }) => word),
    })),
  });

  it('are those of one generation, whole, while the index is replaced again and again', async () => {
    const plain = newEdge();
    const expected = new Map<string, unknown>();
    for (const at of [0, 1]) {
      await activate(at);
      for (const q of QUERIES) {
        const { answer } = await plain.ask(q);
        expected.set(`${answer.generation} ${q}`, rounded(answer));
      }
    }
    expect(expected.size).toBe(2 * QUERIES.length);

    const { ask, settle } = newEdge({ bytes: 1 << 20, freshMs: 2, staleMs: 10_000 });
    const random = seededRandom(3);
    const said: string[] = [];
    const seen = new Set<string>();
    let ends = false;
    const caller = async (): Promise<void> => {
      while (!ends) {
        const q = QUERIES[Math.floor(random() * QUERIES.length)] as string;
        const { answer, status } = await ask(q);
        expect(rounded(answer)).toEqual(expected.get(`${answer.generation} ${q}`));
        said.push(status.split(';').slice(0, 2).join(';'));
        seen.add(answer.generation);
        await new Promise((done) => setTimeout(done, 1));
      }
    };
    const callers = Promise.all(Array.from({ length: 8 }, caller));
    for (let turn = 0; turn < 6; turn++) {
      await activate(turn % 2);
      await new Promise((done) => setTimeout(done, 150));
    }
    ends = true;
    await callers;
    await settle();
    expect(seen.size).toBe(2);
    expect(new Set(said)).toEqual(new Set(['gsmn; hit', 'gsmn; fwd=miss']));
    // Soon after the last switch nobody sees the other one any more.
    const last = (generations[1] as TinyGeneration).id;
    await ask(QUERIES[0] as string);
    await settle();
    for (const q of QUERIES) expect((await ask(q)).answer.generation).toBe(last);
  });

  it('page through one generation by cursor, from kept answers and others', async () => {
    await activate(0);
    const { ask } = newEdge({ bytes: 1 << 20, freshMs: 60_000, staleMs: 10_000 });
    const whole = (await ask('a dog', { limit: '23' })).answer.hits.map(({ id }) => id);
    const first = (await ask('a dog')).answer;
    await activate(1);
    for (const _ of ['performed', 'kept']) {
      const found = first.hits.map(({ id }) => id);
      for (let { next } = first; next !== undefined; ) {
        const { answer } = await ask('a dog', { after: next });
        expect(answer.generation).toBe(first.generation);
        found.push(...answer.hits.map(({ id }) => id));
        next = answer.next;
      }
      expect(found).toEqual(whole);
    }
  });
});
