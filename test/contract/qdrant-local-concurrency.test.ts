import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createQdrantLocal, type QdrantLocal } from '../../workers/qdrant-local/index.ts';
import { randomNumbers, seededRandom } from '../support/random.ts';
import { startTestServer, type TestServer } from './qdrant-server.ts';

/** Many requests at once over loopback: every reader sees a state that some writer left complete. */
describe('qdrant-local under concurrent requests', () => {
  let server: TestServer;
  /** Called directly, so that requests come in the same turn of the event loop. */
  let local: QdrantLocal;
  beforeAll(async () => {
    server = await startTestServer();
    local = await createQdrantLocal({ path: ':memory:' });
  });
  afterAll(() => {
    local.close();
    return server.close();
  });

  const POINTS = 200;
  const points = (generation: number) =>
    Array.from({ length: POINTS }, (_, id) => ({ id, vector: [1, id], payload: { generation } }));

  it('shows a batch completely or not at all', async () => {
    const { client } = server;
    await client.createCollection('batches', { vectors: { size: 2, distance: 'Dot' } });
    let writing = true;
    const writer = (async () => {
      for (let generation = 0; generation < 25; generation++) {
        await client.upsert('batches', { wait: true, points: points(generation) });
      }
      writing = false;
    })();
    let newest = -1;
    let answers = 0;
    const reader = async () => {
      while (writing) {
        const found = await client.query('batches', { query: [1, 1], limit: POINTS, with_payload: true });
        const generations = new Set(found.points.map(({ payload }) => payload?.generation));
        expect([0, POINTS]).toContain(found.points.length);
        expect(generations.size).toBeLessThanOrEqual(1);
        for (const generation of generations) newest = Math.max(newest, Number(generation));
        answers++;
      }
    };
    await Promise.all([writer, reader(), reader(), reader()]);
    expect(answers).toBeGreaterThan(3);
    expect(newest).toBeGreaterThanOrEqual(0);
    const last = await client.query('batches', { query: [1, 1], limit: 1, with_payload: true });
    expect(last.points[0]?.payload).toEqual({ generation: 24 });
  });

  it('switches an alias between two requests, never within one', async () => {
    const { client } = server;
    const names = ['old', 'new'] as const;
    for (const [at, name] of names.entries()) {
      await client.createCollection(name, { vectors: { size: 2, distance: 'Dot' } });
      await client.upsert(name, { wait: true, points: points(at) });
    }
    const switchTo = (collection_name: string) =>
      client.updateCollectionAliases({
        actions: [
          { delete_alias: { alias_name: 'live' } },
          { create_alias: { alias_name: 'live', collection_name } },
        ],
      });
    await switchTo('old');
    let switching = true;
    const seen = new Set<unknown>();
    const switcher = (async () => {
      for (let turn = 1; turn <= 60; turn++) await switchTo(names[turn % 2] ?? 'old');
      switching = false;
    })();
    const reader = async () => {
      while (switching) {
        // There is no moment without the alias: each would be a 404.
        const [first, second] = await client.queryBatch('live', {
          searches: [
            { query: [1, 0], limit: 5, with_payload: true },
            { query: [0, 1], limit: POINTS, with_payload: true },
          ],
        });
        const all = [...(first?.points ?? []), ...(second?.points ?? [])].map(
          ({ payload }) => payload?.generation,
        );
        expect(all).toHaveLength(5 + POINTS);
        expect(new Set(all).size).toBe(1);
        seen.add(all[0]);
      }
    };
    await Promise.all([switcher, reader(), reader()]);
    expect(seen).toEqual(new Set([0, 1]));
  });

  it('stores every one of many small writes', async () => {
    const { client } = server;
    await client.createCollection('small', { vectors: { size: 2, distance: 'Cosine' } });
    await Promise.all(
      Array.from({ length: 120 }, (_, id) =>
        client.upsert('small', { wait: true, points: [{ id, vector: [1, id] }] }),
      ),
    );
    expect(await client.count('small', { exact: true })).toEqual({ count: 120 });
  });

  it.each(['Dot', 'Cosine', 'Euclid', 'Manhattan'] as const)(
    'gives each query its own answer by %s, however many come at once',
    async (distance) => {
      const random = seededRandom(7);
      const collection = `own-${distance}`;
      const send = async (method: string, path: string, body: object) => {
        const response = await local.app.request(`/collections/${collection}${path}`, {
          method,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        return (await response.json()) as { result: { points: unknown } };
      };
      await send('PUT', '', { vectors: { size: 8, distance } });
      await send('PUT', '/points?wait=true', {
        points: Array.from({ length: 300 }, (_, id) => ({ id, vector: [...randomNumbers(random, 8)] })),
      });
      const ask = (query: number[]) => send('POST', '/points/query', { query, limit: 5 });
      const queries = Array.from({ length: 12 }, () => [...randomNumbers(random, 8)]);
      const alone: unknown[] = [];
      for (const query of queries) alone.push((await ask(query)).result.points);
      const together = await Promise.all(queries.map(ask));
      expect(together.map(({ result }) => result.points)).toEqual(alone);
    },
  );
});
