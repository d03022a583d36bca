import type { QdrantClient, Schemas } from '@qdrant/js-client-rest';
import { beforeEach, describe, expect, it } from 'vitest';
import { refusal, testServers } from './qdrant-server.ts';
import { testCollection, UUID } from './test-collection.ts';

/**
 * What this project uses of Qdrant's collections, aliases, points and payloads, through its official client. It asserts nothing that
 * Qdrant does not promise.
 */
describe.each(testServers())('$name', ({ start }) => {
  const collection = testCollection(start);
  const { run, fresh, fill, idsWhere } = collection;
  let client: QdrantClient;
  let name = '';
  beforeEach(() => {
    ({ client, name } = collection);
  });

  describe('collections', () => {
    it('are created, described, listed and deleted', async () => {
      expect(await client.getCollection(name)).toMatchObject({
        status: 'green',
        points_count: 0,
        config: { params: { vectors: { size: 4, distance: 'Dot' } } },
      });
      expect((await client.getCollections()).collections).toContainEqual({ name });
      expect(await client.collectionExists(name)).toEqual({ exists: true });
      expect(await client.deleteCollection(name)).toBe(true);
      expect(await client.collectionExists(name)).toEqual({ exists: false });
      expect(await refusal(client.getCollection(name))).toMatchObject({ status: 404 });
    });

    it('are not created twice', async () => {
      expect(
        await refusal(client.createCollection(name, { vectors: { size: 4, distance: 'Dot' } })),
      ).toMatchObject({
        status: 409,
      });
    });

    it('refuse vectors without a size', async () => {
      const { status } = await refusal(
        client.createCollection(fresh(), { vectors: { size: 0, distance: 'Dot' } }),
      );
      expect(status).toBe(422);
    });

    it('refuse names with characters that files cannot have', async () => {
      const named = client.createCollection(`${fresh()}:`, { vectors: { size: 1, distance: 'Dot' } });
      expect(await refusal(named)).toMatchObject({ status: 422 });
    });
  });

  describe('aliases', () => {
    it('switch from one collection to the next atomically', async () => {
      const [alias, next] = [`alias-${run}`, fresh()];
      await client.createCollection(next, { vectors: { size: 2, distance: 'Cosine' } });
      const names = (collection_name: string) => [
        { delete_alias: { alias_name: alias } },
        { create_alias: { alias_name: alias, collection_name } },
      ];
      expect(await client.updateCollectionAliases({ actions: names(name).slice(1) })).toBe(true);
      expect((await client.getAliases()).aliases).toContainEqual({
        alias_name: alias,
        collection_name: name,
      });
      expect((await client.getCollection(alias)).config.params.vectors).toMatchObject({ size: 4 });

      await client.updateCollectionAliases({ actions: names(next) });
      expect((await client.getCollection(alias)).config.params.vectors).toMatchObject({ size: 2 });
      expect((await client.getCollectionAliases(next)).aliases).toEqual([
        { alias_name: alias, collection_name: next },
      ]);
      expect((await client.getCollectionAliases(name)).aliases).toEqual([]);

      const renamed = `${alias}-renamed`;
      await client.updateCollectionAliases({
        actions: [{ rename_alias: { old_alias_name: alias, new_alias_name: renamed } }],
      });
      expect(await client.collectionExists(alias)).toEqual({ exists: false });
      expect((await client.getCollection(renamed)).points_count).toBe(0);
      await client.updateCollectionAliases({ actions: [{ delete_alias: { alias_name: renamed } }] });
      expect((await client.getCollectionAliases(next)).aliases).toEqual([]);
    });

    it('name only existing collections', async () => {
      const actions = [{ create_alias: { alias_name: `alias-${run}`, collection_name: `missing-${run}` } }];
      expect(await refusal(client.updateCollectionAliases({ actions }))).toMatchObject({ status: 404 });
    });

    it('are deleted with their collection', async () => {
      const alias = `alias-${run}`;
      await client.updateCollectionAliases({
        actions: [{ create_alias: { alias_name: alias, collection_name: name } }],
      });
      await client.deleteCollection(name);
      expect((await client.getAliases()).aliases.map(({ alias_name }) => alias_name)).not.toContain(alias);
    });
  });

  describe('points', () => {
    it('are written, read, replaced and deleted, by integers and UUIDs', async () => {
      await fill();
      expect(await client.count(name, { exact: true })).toEqual({ count: 6 });
      const read = await client.retrieve(name, { ids: [UUID, 1, 99], with_vector: true });
      expect(read).toHaveLength(2);
      expect(read.find(({ id }) => id === 1)).toMatchObject({
        vector: [1, 0, 0, 0],
        payload: { city: 'Berlin' },
      });
      expect(read.find(({ id }) => id === UUID)).toMatchObject({ vector: [6, 0, 0, 0] });

      await client.upsert(name, { wait: true, points: [{ id: 1, vector: [9, 9, 9, 9] }] });
      const [replaced] = await client.retrieve(name, { ids: [1], with_vector: true });
      expect(replaced?.vector).toEqual([9, 9, 9, 9]);
      expect(replaced?.payload ?? {}).toEqual({});

      await client.delete(name, { wait: true, points: [1, UUID] });
      expect(await client.count(name, { exact: true })).toEqual({ count: 4 });
      await client.delete(name, {
        wait: true,
        filter: { must: [{ key: 'city', match: { value: 'Paris' } }] },
      });
      expect(await idsWhere({})).toEqual([3, 4, 5]);
    });

    it('are written as a batch of columns', async () => {
      await client.upsert(name, {
        wait: true,
        batch: {
          ids: [1, 2],
          vectors: [
            [1, 2, 3, 4],
            [5, 6, 7, 8],
          ],
          payloads: [{ n: 1 }, null],
        },
      });
      const read = await client.retrieve(name, { ids: [2, 1], with_vector: true });
      expect(read.find(({ id }) => id === 2)?.vector).toEqual([5, 6, 7, 8]);
      expect(read.find(({ id }) => id === 1)?.payload).toEqual({ n: 1 });
    });

    it('are all refused if one vector has another length', async () => {
      const request = client.upsert(name, {
        wait: true,
        points: [
          { id: 1, vector: [1, 2, 3, 4] },
          { id: 2, vector: [1, 2, 3] },
        ],
      });
      expect(await refusal(request)).toMatchObject({ status: 400 });
      expect(await client.count(name, { exact: true })).toEqual({ count: 0 });
    });

    it('come without payloads unless these are requested', async () => {
      await fill();
      // The client requests them by itself.
      const { data } = await client.api().getPoints({ collection_name: name, ids: [1] });
      expect(data.result?.map(({ id, payload }) => [id, payload ?? null])).toEqual([[1, null]]);
    });

    it('are not written or deleted by requests without points', async () => {
      expect(await refusal(client.upsert(name, { wait: true, points: [] }))).toMatchObject({ status: 400 });
      expect(await refusal(client.delete(name, { wait: true, points: [] }))).toMatchObject({ status: 400 });
    });

    it('are refused with values that are out of range', async () => {
      expect(await refusal(client.scroll(name, { limit: 0 }))).toMatchObject({ status: 422 });
      expect(await refusal(client.query(name, { limit: 0 }))).toMatchObject({ status: 422 });
      expect(await refusal(client.query(name, { limit: 1, timeout: 0 }))).toMatchObject({ status: 422 });
    });

    it('of a missing collection are not found', async () => {
      expect(await refusal(client.count(`missing-${run}`))).toMatchObject({ status: 404 });
    });

    it('scroll by a number or a date of their payloads, which must be indexed', async () => {
      const by = (order_by: Schemas['OrderByInterface'], more: object = {}) =>
        client
          .scroll(name, { order_by, with_payload: false, ...more })
          .then(({ points }) => points.map(({ id }) => id));
      await client.upsert(name, {
        wait: true,
        points: [
          { id: 1, vector: [1, 0, 0, 0], payload: { n: 3, at: '2026-01-03' } },
          { id: 2, vector: [1, 0, 0, 0], payload: { n: 1, at: '2026-01-01' } },
          { id: 3, vector: [1, 0, 0, 0], payload: { n: 2.5 } },
          { id: 4, vector: [1, 0, 0, 0], payload: { n: null, at: '2026-01-02T10:00:00Z' } },
          { id: 5, vector: [1, 0, 0, 0] },
        ],
      });
      expect(await refusal(by('n'))).toMatchObject({ status: 400 });
      await client.createPayloadIndex(name, { field_name: 'n', field_schema: 'float', wait: true });
      await client.createPayloadIndex(name, { field_name: 'at', field_schema: 'datetime', wait: true });
      expect(await by('n')).toEqual([2, 3, 1]);
      expect(await by({ key: 'n', direction: 'desc' })).toEqual([1, 3, 2]);
      expect(await by('at', { limit: 2 })).toEqual([2, 4]);
      expect(await by('n', { filter: { must: [{ key: 'n', range: { gt: 1 } }] } })).toEqual([3, 1]);
      expect(await refusal(by('n', { offset: 2 }))).toMatchObject({ status: 400 });
    });

    it('scroll page by page in the order of ids', async () => {
      await fill();
      const seen: unknown[] = [];
      let offset: Schemas['ScrollResult']['next_page_offset'];
      do {
        const page = await client.scroll(name, { limit: 4, ...(offset == null ? {} : { offset }) } as object);
        seen.push(...page.points.map(({ id }) => id));
        offset = page.next_page_offset;
      } while (offset != null);
      expect(seen).toEqual([1, 2, 3, 4, 5, UUID]);
    });

    it('show the requested parts of payload and vector', async () => {
      await fill();
      const [whole] = await client.retrieve(name, { ids: [1] });
      expect(whole?.payload).toEqual({ city: 'Berlin', price: 10, tags: ['a', 'b'], open: true });
      expect(whole?.vector ?? null).toBeNull();
      const [bare] = await client.retrieve(name, { ids: [1], with_payload: false });
      expect(bare?.payload ?? {}).toEqual({});
      const [some] = await client.retrieve(name, { ids: [1], with_payload: ['city'] });
      expect(some?.payload).toEqual({ city: 'Berlin' });
      const [others] = await client.retrieve(name, { ids: [1], with_payload: { exclude: ['city', 'tags'] } });
      expect(others?.payload).toEqual({ price: 10, open: true });
      const [deep, parts] = await client.retrieve(name, {
        ids: [3, 4],
        with_payload: ['nested.deep', 'parts[].c'],
      });
      expect(deep?.payload).toEqual({ nested: { deep: 7 } });
      expect(parts?.payload).toEqual({ parts: [{ c: 'x' }, { c: 'y' }] });
      const [rest] = await client.retrieve(name, { ids: [4], with_payload: { exclude: ['parts[].c'] } });
      expect(rest?.payload).toEqual({ city: 'Oslo', parts: [{ n: 1 }, { n: 2 }] });
    });
  });

  describe('payload', () => {
    it('is merged, replaced, and loses keys', async () => {
      await fill();
      const payloadOf = async (id: number) => (await client.retrieve(name, { ids: [id] }))[0]?.payload;
      await client.setPayload(name, { wait: true, payload: { price: 11, fresh: true }, points: [1] });
      expect(await payloadOf(1)).toEqual({
        city: 'Berlin',
        price: 11,
        tags: ['a', 'b'],
        open: true,
        fresh: true,
      });
      await client.setPayload(name, {
        wait: true,
        payload: { seen: 1 },
        filter: { must: [{ key: 'city', match: { value: 'Berlin' } }] },
      });
      expect(await payloadOf(3)).toEqual({ city: 'Berlin', price: 30, nested: { deep: 7 }, seen: 1 });
      await client.deletePayload(name, { wait: true, keys: ['tags', 'fresh'], points: [1] });
      expect(await payloadOf(1)).toEqual({ city: 'Berlin', price: 11, open: true, seen: 1 });
      await client.overwritePayload(name, { wait: true, payload: { only: 1 }, points: [1] });
      expect(await payloadOf(1)).toEqual({ only: 1 });
      await client.clearPayload(name, { wait: true, points: [1] });
      expect((await payloadOf(1)) ?? {}).toEqual({});
      expect((await client.query(name, { query: [1, 0, 0, 0], limit: 1 })).points[0]?.id).toBe(UUID);
    });

    it('is changed at paths', async () => {
      await fill();
      const payloadOf = async (id: number) => (await client.retrieve(name, { ids: [id] }))[0]?.payload;
      await client.setPayload(name, { wait: true, payload: { b: 1, c: 2 }, key: 'nested.a', points: [3] });
      const nested = { deep: 7, a: { b: 1, c: 2 } };
      expect(await payloadOf(3)).toEqual({ city: 'Berlin', price: 30, nested });
      await client.deletePayload(name, { wait: true, keys: ['nested.a.b', 'price'], points: [3] });
      expect(await payloadOf(3)).toEqual({ city: 'Berlin', nested: { deep: 7, a: { c: 2 } } });
      await client.setPayload(name, { wait: true, payload: { m: 3 }, key: 'parts[1]', points: [4] });
      await client.deletePayload(name, { wait: true, keys: ['parts[].c'], points: [4] });
      expect(await payloadOf(4)).toEqual({ city: 'Oslo', parts: [{ n: 1 }, { n: 2, m: 3 }] });
      await client.deletePayload(name, { wait: true, keys: ['missing.a', 'city.b'], points: [4] });
      expect(await payloadOf(4)).toEqual({ city: 'Oslo', parts: [{ n: 1 }, { n: 2, m: 3 }] });
    });

    it('loses what is set to null', async () => {
      await fill();
      await client.setPayload(name, { wait: true, payload: { city: null, price: 3 }, points: [3] });
      const [changed] = await client.retrieve(name, { ids: [3] });
      expect(changed?.payload).toEqual({ price: 3, nested: { deep: 7 } });
    });

    it('is indexed without changing results', async () => {
      await client.createPayloadIndex(name, { wait: true, field_name: 'city', field_schema: 'keyword' });
      await fill();
      await client.createPayloadIndex(name, { wait: true, field_name: 'price', field_schema: 'float' });
      const { payload_schema } = await client.getCollection(name);
      expect(payload_schema).toMatchObject({ city: { data_type: 'keyword' }, price: { data_type: 'float' } });
      const berlin: Schemas['Filter'] = { must: [{ key: 'city', match: { value: 'Berlin' } }] };
      expect(await idsWhere(berlin)).toEqual([1, 3]);
      await client.setPayload(name, { wait: true, payload: { city: 'Berlin' }, points: [2] });
      expect(await idsWhere(berlin)).toEqual([1, 2, 3]);
      await client.deletePayloadIndex(name, 'city', { wait: true });
      expect(await idsWhere(berlin)).toEqual([1, 2, 3]);
    });
  });

  it('names itself and its version', async () => {
    expect(await client.versionInfo()).toMatchObject({
      title: expect.any(String),
      version: expect.any(String),
    });
    for (const path of ['healthz', 'livez', 'readyz']) {
      expect((await fetch(`${collection.url}/${path}`)).status).toBe(200);
    }
  });
});
