import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomNumbers, seededRandom } from '../support/random.ts';
import { startTestServer, type TestServer } from './qdrant-server.ts';

const [COUNT, DIMENSIONS, LATENT] = [3000, 64, 12];

/** Above `scanBytes` an HNSW index proposes candidates; scores and filters stay exact, and changes are visible at once. */
describe('qdrant-local above the size that it scans', () => {
  let server: TestServer;
  const faults: unknown[] = [];
  const random = seededRandom(11);
  const basis = Array.from({ length: LATENT }, () => randomNumbers(random, DIMENSIONS));
  /** Close to a space of few dimensions, like real embeddings. */
  const vector = () => {
    const weights = randomNumbers(random, LATENT);
    const sum = randomNumbers(random, DIMENSIONS, 0.1);
    for (const [at, weight] of weights.entries()) {
      for (let i = 0; i < DIMENSIONS; i++) sum[i] = (sum[i] ?? 0) + weight * (basis[at]?.[i] ?? 0);
    }
    return [...sum];
  };

  beforeAll(async () => {
    server = await startTestServer({ scanBytes: 64_000, onFault: (error) => faults.push(error) });
  });
  afterAll(() => server.close());

  async function settled(name: string, count: number): Promise<void> {
    await expect
      .poll(async () => (await server.client.getCollection(name)).indexed_vectors_count, { timeout: 30_000 })
      .toBe(count);
  }

  it.each(['Cosine', 'Dot', 'Euclid'] as const)(
    'finds nearly all by %s, and all with params.exact',
    async (distance) => {
      const { client } = server;
      const name = `graph-${distance}`;
      await client.createCollection(name, { vectors: { size: DIMENSIONS, distance } });
      const points = Array.from({ length: COUNT }, (_, id) => ({
        id,
        vector: vector(),
        payload: { odd: id % 2 === 1 },
      }));
      await client.upsert(name, { wait: true, points });

      const recall = async () => {
        let found = 0;
        for (let n = 0; n < 30; n++) {
          const query = vector();
          const [near, exact] = await Promise.all([
            client.query(name, { query, limit: 10 }),
            client.query(name, { query, limit: 10, params: { exact: true } }),
          ]);
          const scores = new Map(exact.points.map(({ id, score }) => [id, score]));
          for (const { id, score } of near.points) {
            if (!scores.has(id)) continue;
            found++;
            expect(score).toBe(scores.get(id));
          }
        }
        return found / 300;
      };
      // While the index grows, every result is exact.
      await settled(name, COUNT);
      expect(await recall()).toBeGreaterThan(0.97);

      // Before the index follows: removed points are gone, moved points are found at their new place, and added points
      // are found.
      await client.delete(name, { wait: true, points: points.slice(0, 50).map(({ id }) => id) });
      const place = vector().map((value) => 3 * value);
      await client.upsert(name, {
        wait: true,
        points: [
          { id: 100, vector: place },
          { id: 9999, vector: place },
        ],
      });
      const { points: near } = await client.query(name, { query: place, limit: 2 });
      expect(new Set(near.map(({ id }) => id))).toEqual(new Set([100, 9999]));
      const all = await client.query(name, { query: place, limit: COUNT });
      expect(all.points.filter(({ id }) => Number(id) < 50)).toEqual([]);
      expect(all.points).toHaveLength(COUNT - 49);
      await settled(name, COUNT - 49);
      expect(await recall()).toBeGreaterThan(0.97);

      const odd = { must: [{ key: 'odd', match: { value: true } }] };
      const filtered = await client.query(name, { query: place, limit: 5, filter: odd });
      const exact = await client.query(name, {
        query: place,
        limit: 5,
        filter: odd,
        params: { exact: true },
      });
      expect(filtered.points).toEqual(exact.points);
      expect(faults).toEqual([]);
    },
  );
});
