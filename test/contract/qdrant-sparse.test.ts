import type { QdrantClient } from '@qdrant/js-client-rest';
import { beforeEach, describe, expect, it } from 'vitest';
import { refusal, testServers } from './qdrant-server.ts';
import { testCollection } from './test-collection.ts';

/**
 * Sparse vectors as this project uses them, through Qdrant's official client. It asserts nothing that Qdrant does not promise.
 */
describe.each(testServers())('$name: sparse vectors', ({ start }) => {
  const collection = testCollection(start);
  let client: QdrantClient;
  let name = '';
  beforeEach(async () => {
    ({ client } = collection);
    name = collection.fresh();
    await client.createCollection(name, {
      vectors: { size: 2, distance: 'Dot' },
      sparse_vectors: { words: {}, rare: { modifier: 'idf' } },
    });
  });

  const words = (...entries: [number, number][]) => ({
    indices: entries.map(([index]) => index),
    values: entries.map(([, value]) => value),
  });

  /** The dense vectors are in the order of ids; 4 has no words. */
  async function fill(): Promise<void> {
    await client.upsert(name, {
      wait: true,
      points: [
        {
          id: 1,
          vector: { '': [1, 0], words: words([7, 1], [4_294_967_295, 2]) },
          payload: { city: 'Rome' },
        },
        { id: 2, vector: { '': [2, 0], words: words([9, 4], [7, 3]) } },
        { id: 3, vector: { '': [3, 0], words: words([9, 1]) }, payload: { city: 'Rome' } },
        { id: 4, vector: [4, 0] },
      ],
    });
  }

  async function found(request: Parameters<QdrantClient['query']>[1]) {
    const { points } = await client.query(name, request);
    return points.map(({ id, score }) => [id, score]);
  }

  it('are found by their inner products with a query', async () => {
    await fill();
    const query = words([7, 1], [9, 0.5]);
    expect(await found({ query, using: 'words' })).toEqual([
      [2, 5],
      [1, 1],
      [3, 0.5],
    ]);
    expect(await found({ query: { nearest: query }, using: 'words', limit: 1, offset: 1 })).toEqual([[1, 1]]);
    expect(await found({ query, using: 'words', score_threshold: 0.75 })).toHaveLength(2);
    expect(await found({ query: words([4_294_967_295, 1]), using: 'words' })).toEqual([[1, 2]]);
    expect(await found({ query: words([12, 1]), using: 'words' })).toEqual([]);
  });

  it('are filtered as others are', async () => {
    await fill();
    const filter = { must: [{ key: 'city', match: { value: 'Rome' } }] };
    const ids = (await found({ query: words([7, 1], [9, 1]), using: 'words', filter })).map(([id]) => id);
    expect(new Set(ids)).toEqual(new Set([1, 3]));
    const { points } = await client.scroll(name, { filter: { must: [{ has_vector: 'words' }] } });
    expect(points.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('find points whose dense vectors rank them, and the other way round', async () => {
    await fill();
    const sparse = { query: words([7, 1]), using: 'words', limit: 2 };
    expect(await found({ prefetch: sparse, query: [1, 0] })).toEqual([
      [2, 2],
      [1, 1],
    ]);
    const both = [sparse, { query: [1, 0], limit: 2 }];
    const ranked = await found({ prefetch: both, query: words([9, 1]), using: 'words' });
    // Whether a point without a word of the query is among them with 0 is not said.
    expect(ranked.slice(0, 2)).toEqual([
      [2, 4],
      [3, 1],
    ]);
  });

  it('are those of a point that is the query', async () => {
    await fill();
    expect(await found({ query: 3, using: 'words' })).toEqual([[2, 4]]);
  });

  it('are read back in the order of their indices, under their name', async () => {
    await fill();
    const read = await client.retrieve(name, { ids: [2, 4], with_vector: true });
    const vectors = new Map(read.map(({ id, vector }) => [id, vector]));
    expect(vectors.get(2)).toEqual({ '': [2, 0], words: words([7, 3], [9, 4]) });
    expect(vectors.get(4)).toEqual([4, 0]);
    const [only] = await client.retrieve(name, { ids: [2], with_vector: ['words'] });
    expect(only?.vector).toEqual({ words: words([7, 3], [9, 4]) });
  });

  it('are replaced and deleted with their points', async () => {
    await fill();
    const points = [{ id: 2, vector: { '': [2, 0], words: words([7, 10]) } }];
    await client.upsert(name, { wait: true, points });
    expect(await found({ query: words([9, 1]), using: 'words' })).toEqual([[3, 1]]);
    await client.delete(name, { wait: true, points: [1] });
    expect(await found({ query: words([7, 1]), using: 'words' })).toEqual([[2, 10]]);
  });

  it('count more where fewer points have an index, with the modifier idf', async () => {
    await client.upsert(name, {
      wait: true,
      points: [1, 2, 3, 4, 5].map((id) => ({
        id,
        vector: { '': [id, 0], rare: id === 5 ? words([1, 1]) : words([2, 1]) },
      })),
    });
    const [first, ...others] = await found({ query: words([1, 1], [2, 1]), using: 'rare' });
    expect(first?.[0]).toBe(5);
    expect(others).toHaveLength(4);
    expect(Number(first?.[1])).toBeGreaterThan(2 * Number(others[0]?.[1]));
  });

  it('are described with their collection', async () => {
    const { config } = await client.getCollection(name);
    expect(config.params.sparse_vectors).toMatchObject({ words: {}, rare: { modifier: 'idf' } });
  });

  it.each([
    ['with an index twice', words([3, 1], [3, 2])],
    ['with fewer values than indices', { indices: [1, 2], values: [1] }],
    ['with an index below 0', words([-1, 1])],
    ['with an index beyond 32 bits', words([2 ** 32, 1])],
  ])('%s are refused', async (_what, wrong) => {
    const points = [{ id: 1, vector: { '': [1, 0], words: wrong } }];
    const { status } = await refusal(client.upsert(name, { wait: true, points }));
    expect([400, 422]).toContain(status);
    expect((await client.count(name, { exact: true })).count).toBe(0);
    expect([400, 422]).toContain(
      (await refusal(client.query(name, { query: wrong, using: 'words' }))).status,
    );
  });

  it('are refused in the place of dense ones, and dense ones in theirs', async () => {
    const dense = [{ id: 1, vector: { words: [1, 0] } }];
    expect(await refusal(client.upsert(name, { wait: true, points: dense }))).toMatchObject({ status: 400 });
    const sparse = [{ id: 1, vector: { '': words([1, 1]) } }];
    expect(await refusal(client.upsert(name, { wait: true, points: sparse }))).toMatchObject({ status: 400 });
    expect(await refusal(client.query(name, { query: words([1, 1]) }))).toMatchObject({ status: 400 });
    expect(await refusal(client.query(name, { query: [1, 0], using: 'words' }))).toMatchObject({
      status: 400,
    });
    const unknown = client.query(name, { query: words([1, 1]), using: 'sound' });
    expect(await refusal(unknown)).toMatchObject({ status: 400 });
  });
});
