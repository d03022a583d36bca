import type { QdrantClient, Schemas } from '@qdrant/js-client-rest';
import { beforeEach, describe, expect, it } from 'vitest';
import { refusal, testServers } from './qdrant-server.ts';
import { testCollection, UUID } from './test-collection.ts';

type Filter = Schemas['Filter'];

/**
 * What this project uses of Qdrant's filters and queries, through its official client. It asserts nothing that Qdrant does not
 * promise.
 */
describe.each(testServers())('$name', ({ start }) => {
  const collection = testCollection(start);
  const { fresh, fill, idsWhere } = collection;
  let client: QdrantClient;
  let name = '';
  beforeEach(() => {
    ({ client, name } = collection);
  });

  describe('filters', () => {
    const cases: [string, Filter, unknown[]][] = [
      ['nothing', {}, [1, 2, 3, 4, 5, UUID]],
      ['match value', { must: [{ key: 'city', match: { value: 'Berlin' } }] }, [1, 3]],
      ['match boolean', { must: [{ key: 'open', match: { value: false } }] }, [2]],
      ['match in arrays', { must: [{ key: 'tags', match: { value: 'b' } }] }, [1, 2]],
      ['match any', { must: [{ key: 'city', match: { any: ['Oslo', 'Paris'] } }] }, [2, 4]],
      [
        'match except',
        { must: [{ key: 'city', match: { except: ['Berlin'] } }], must_not: [{ has_id: [5] }] },
        [2, 4],
      ],
      ['range', { must: [{ key: 'price', range: { gt: 10, lte: 30 } }] }, [2, 3]],
      [
        'dates',
        { must: [{ key: 'at', range: { gte: '2026-03-01T11:00:00Z', lt: '2026-03-02T00:00:00Z' } }] },
        [5],
      ],
      ['nested keys', { must: [{ key: 'nested.deep', match: { value: 7 } }] }, [3]],
      ['keys in arrays', { must: [{ key: 'parts[].n', match: { value: 2 } }] }, [4]],
      [
        'nested filters, within one element',
        {
          must: [
            {
              nested: {
                key: 'parts',
                filter: {
                  must: [
                    { key: 'n', match: { value: 1 } },
                    { key: 'c', match: { value: 'y' } },
                  ],
                },
              },
            },
          ],
        },
        [],
      ],
      ['ids', { must: [{ has_id: [2, UUID, 77] }] }, [2, UUID]],
      ['empty fields', { must: [{ is_empty: { key: 'tags' } }] }, [3, 4, 5, UUID]],
      ['null fields', { must: [{ is_null: { key: 'city' } }] }, [5]],
      ['counts of values', { must: [{ key: 'tags', values_count: { gte: 2 } }] }, [1]],
      [
        'must_not',
        { must_not: [{ key: 'city', match: { value: 'Berlin' } }, { has_id: [5] }] },
        [2, 4, UUID],
      ],
      ['should', { should: [{ key: 'city', match: { value: 'Oslo' } }, { has_id: [1] }] }, [1, 4]],
      [
        'min_should',
        {
          min_should: {
            min_count: 2,
            conditions: [{ has_id: [1, 2] }, { key: 'city', match: { value: 'Berlin' } }, { has_id: [2, 3] }],
          },
        },
        [1, 2, 3],
      ],
      [
        'all together, with filters inside',
        {
          must: [{ should: [{ has_id: [1, 2, 3] }, { has_id: [4] }] }],
          must_not: [{ key: 'open', match: { value: true } }],
          should: [
            { key: 'city', match: { value: 'Berlin' } },
            { key: 'price', range: { lt: 25 } },
          ],
        },
        [2, 3],
      ],
    ];
    it.each(cases)('%s', async (_what, filter, expected) => {
      await fill();
      expect(await idsWhere(filter)).toEqual(expected);
      expect(await client.count(name, { filter, exact: true })).toEqual({ count: expected.length });
      const { points } = await client.query(name, { query: [1, 0, 0, 0], filter, limit: 10 });
      expect(points.map(({ id }) => id)).toEqual([...expected].reverse());
    });

    it('of an unknown kind are refused', async () => {
      const unknown = { must: [{ no_such_condition: 1 }] } as unknown as Filter;
      const { status } = await refusal(client.count(name, { filter: unknown }));
      expect([400, 422]).toContain(status);
    });
  });

  describe('queries', () => {
    const QUERY = [1, 2, 0, 0];
    it.each([
      ['Dot', [3, 2], [11, 4]],
      ['Cosine', [3, 2], [11 / (5 * Math.sqrt(5)), 0.8]],
      ['Euclid', [2, 3], [Math.SQRT2, Math.sqrt(8)]],
      ['Manhattan', [2, 3], [2, 4]],
    ] as const)('rank by %s', async (distance, order, scores) => {
      const collection = fresh();
      await client.createCollection(collection, { vectors: { size: 4, distance } });
      await client.upsert(collection, {
        wait: true,
        points: [
          { id: 1, vector: [-30, -1, 0, 0] },
          { id: 2, vector: [2, 1, 0, 0] },
          { id: 3, vector: [3, 4, 0, 0] },
        ],
      });
      const { points } = await client.query(collection, { query: QUERY, limit: 2 });
      expect(points.map(({ id }) => id)).toEqual(order);
      for (const [at, point] of points.entries())
        expect(point.score).toBeCloseTo(scores[at] ?? Number.NaN, 5);
      // A threshold is a lower bound for similarities and an upper bound for distances.
      const threshold = ((scores[0] ?? 0) + (scores[1] ?? 0)) / 2;
      const above = await client.query(collection, { query: QUERY, score_threshold: threshold });
      expect(above.points.map(({ id }) => id)).toEqual(order.slice(0, 1));
    });

    it('do not make unit vectors of those that are too short to have a direction', async () => {
      const collection = fresh();
      await client.createCollection(collection, { vectors: { size: 4, distance: 'Cosine' } });
      await client.upsert(collection, {
        wait: true,
        points: [
          { id: 1, vector: [1e-40, 0, 0, 0] },
          { id: 2, vector: [1e-3, 0, 0, 0] },
        ],
      });
      const { points } = await client.query(collection, { query: [1, 0, 0, 0] });
      expect(points.map(({ id }) => id)).toEqual([2, 1]);
      expect(points[0]?.score).toBeCloseTo(1, 5);
      expect(points[1]?.score).toBeCloseTo(0, 5);
    });

    it('skip, and include payload and vector on request', async () => {
      await fill();
      const { points } = await client.query(name, {
        query: [1, 0, 0, 0],
        limit: 2,
        offset: 3,
        with_payload: ['city'],
        with_vector: true,
      });
      expect(points).toMatchObject([
        { id: 3, score: 3, payload: { city: 'Berlin' }, vector: [3, 0, 0, 0] },
        { id: 2, score: 2, payload: { city: 'Paris' }, vector: [2, 0, 0, 0] },
      ]);
      const plain = await client.query(name, { query: [1, 0, 0, 0] });
      expect(plain.points).toHaveLength(6);
      expect(plain.points[0]?.vector ?? null).toBeNull();
      expect(plain.points[1]?.payload ?? {}).toEqual({});
    });

    it('are near a point, which is itself left out', async () => {
      await fill();
      const { points } = await client.query(name, { query: UUID, limit: 2 });
      expect(points.map(({ id }) => id)).toEqual([5, 4]);
      expect(await refusal(client.query(name, { query: 99 }))).toMatchObject({ status: 404 });
    });

    it('use vectors by name, for points that have them', async () => {
      const collection = fresh();
      await client.createCollection(collection, {
        vectors: { image: { size: 2, distance: 'Dot' }, text: { size: 3, distance: 'Cosine' } },
      });
      await client.upsert(collection, {
        wait: true,
        points: [
          { id: 1, vector: { image: [1, 0], text: [0, 0, 2] } },
          { id: 2, vector: { image: [2, 0] } },
        ],
      });
      const image = await client.query(collection, { query: [1, 0], using: 'image', with_vector: ['image'] });
      expect(image.points.map(({ id, vector }) => [id, vector])).toEqual([
        [2, { image: [2, 0] }],
        [1, { image: [1, 0] }],
      ]);
      const text = await client.query(collection, { query: [0, 0, 1], using: 'text', with_vector: true });
      // Cosine collections keep unit vectors.
      expect(text.points).toMatchObject([{ id: 1, vector: { image: [1, 0], text: [0, 0, 1] } }]);
      const { points } = await client.scroll(collection, { filter: { must: [{ has_vector: 'text' }] } });
      expect(points.map(({ id }) => id)).toEqual([1]);
      expect(await refusal(client.query(collection, { query: [1, 0], using: 'sound' }))).toMatchObject({
        status: 400,
      });
    });

    it('rerank what prefetches found', async () => {
      await fill();
      const { points } = await client.query(name, {
        prefetch: [
          { query: [-1, 0, 0, 0], limit: 2 },
          { query: [1, 0, 0, 0], limit: 1, filter: { must_not: [{ has_id: [UUID] }] } },
        ],
        query: [1, 0, 0, 0],
        limit: 10,
      });
      expect(points.map(({ id }) => id)).toEqual([5, 2, 1]);
    });

    it('fuse prefetches by reciprocal ranks', async () => {
      await fill();
      const { points } = await client.query(name, {
        prefetch: [
          { query: [1, 0, 0, 0], limit: 3 },
          { query: [1, 0, 0, 0], limit: 3, filter: { must_not: [{ has_id: [UUID] }] } },
        ],
        query: { fusion: 'rrf' },
        limit: 3,
      });
      // 5: ranks 1 and 0; 4: ranks 2 and 1; the UUID: rank 0 alone.
      expect(points.map(({ id }) => id)).toEqual([5, 4, UUID]);
    });

    it('can be batched', async () => {
      await fill();
      const answers = await client.queryBatch(name, {
        searches: [
          { query: [1, 0, 0, 0], limit: 1 },
          { query: [-1, 0, 0, 0], limit: 1 },
        ],
      });
      expect(answers.map(({ points }) => points.map(({ id }) => id))).toEqual([[UUID], [1]]);
    });

    it('of another length are refused', async () => {
      expect(await refusal(client.query(name, { query: [1, 2] }))).toMatchObject({ status: 400 });
    });
  });
});
