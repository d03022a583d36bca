import { randomUUID } from 'node:crypto';
import type { QdrantClient, Schemas } from '@qdrant/js-client-rest';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { TestServer } from './qdrant-server.ts';

export const UUID = '550e8400-e29b-41d4-a716-446655440000';

/** A server for a suite, with a new collection of four dimensions for each test. */
export function testCollection(start: () => Promise<TestServer>) {
  let server: TestServer;
  /** Names used in this run only: a real Qdrant may hold other things. */
  const run = randomUUID().slice(0, 8);
  let name = '';
  const made: string[] = [];
  let number = 0;

  /** The name of another collection, which is deleted after the test. */
  const fresh = () => {
    const collection = `contract-${run}-${number++}`;
    made.push(collection);
    return collection;
  };
  const clear = async (client: QdrantClient) => {
    for (const collection of made.splice(0)) await client.deleteCollection(collection);
  };

  beforeAll(async () => {
    server = await start();
  });
  afterAll(async () => {
    await clear(server.client);
    await server.close();
  });
  beforeEach(async () => {
    await clear(server.client);
    name = fresh();
    await server.client.createCollection(name, { vectors: { size: 4, distance: 'Dot' } });
  });

  /** Six points along the first axis, with payloads of every kind. */
  async function fill(): Promise<void> {
    await server.client.upsert(name, {
      wait: true,
      points: [
        { id: 1, vector: [1, 0, 0, 0], payload: { city: 'Berlin', price: 10, tags: ['a', 'b'], open: true } },
        { id: 2, vector: [2, 0, 0, 0], payload: { city: 'Paris', price: 20.5, tags: ['b'], open: false } },
        { id: 3, vector: [3, 0, 0, 0], payload: { city: 'Berlin', price: 30, nested: { deep: 7 } } },
        {
          id: 4,
          vector: [4, 0, 0, 0],
          payload: {
            city: 'Oslo',
            parts: [
              { n: 1, c: 'x' },
              { n: 2, c: 'y' },
            ],
          },
        },
        { id: 5, vector: [5, 0, 0, 0], payload: { city: null, tags: [], at: '2026-03-01T12:00:00Z' } },
        { id: UUID, vector: [6, 0, 0, 0] },
      ],
    });
  }

  async function idsWhere(filter: Schemas['Filter']): Promise<(string | number)[]> {
    const { points } = await server.client.scroll(name, { filter, limit: 100 });
    return points.map(({ id }) => id);
  }

  return {
    run,
    fresh,
    fill,
    idsWhere,
    get url() {
      return server.url;
    },
    get client() {
      return server.client;
    },
    get name() {
      return name;
    },
  };
}
