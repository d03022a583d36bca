import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { clientOf, startTestServer } from './qdrant-server.ts';
import { smallStore } from './small-store.ts';

/** Responses of qdrant-local to wrong requests: in its own words, so not part of the contract. */
describe('qdrant-local refuses', () => {
  const store = smallStore();
  const { ask, count, upsert } = store;
  const filtered = (filter: unknown) => ask('POST', '/collections/c/points/count', { filter });

  it.each([
    ['a short vector', { id: 7, vector: [1, 2] }, /point 7.*2 dimensions.*expects 3/],
    ['an infinite number', '{"id": 7, "vector": [1, 2, 1e999]}', /points\[1\] \(id 7\).*number at 2/],
    ['more than float32 can hold', { id: 7, vector: [1, 2, 1e39] }, /\(id 7\).*number at 2.*float32/],
    ['null in a vector', { id: 7, vector: [1, Number.NaN, 3] }, /\(id 7\).*at 1.*null/],
    ['text in a vector', { id: 7, vector: ['1', 2, 3] }, /\(id 7\).*at 0/],
    ['many vectors at once', { id: 7, vector: [[1, 2, 3]] }, /multivectors/],
    ['an unknown vector name', { id: 7, vector: { x: [1, 2, 3] } }, /point 7.*no vector called x/],
    ['a negative id', { id: -1, vector: [1, 2, 3] }, /-1.*not a point id/],
    ['a fraction as id', { id: 1.5, vector: [1, 2, 3] }, /1\.5.*not a point id/],
    ['text as id', { id: 'cat', vector: [1, 2, 3] }, /cat.*not a point id/],
    [
      'an id of 65 bits',
      '{"id": 18446744073709551616, "vector": [1, 2, 3]}',
      /18446744073709551616.*not a point id/,
    ],
    [
      'a payload that is not an object',
      { id: 7, vector: [1, 2, 3], payload: [1] },
      /\(id 7\).*payload.*object/,
    ],
    [
      'an infinite number in a payload',
      '{"id": 7, "vector": [1, 2, 3], "payload": {"a": [{"b": -1e400}]}}',
      /\(id 7\).*payload\.a\.0\.b: beyond the range/,
    ],
    [
      'a whole number in a payload that is beyond every range',
      `{"id": 7, "vector": [1, 2, 3], "payload": {"a": ${'9'.repeat(400)}}}`,
      /\(id 7\).*payload\.a: beyond the range/,
    ],
    ['an unknown field', { id: 7, vector: [1, 2, 3], colour: 1 }, /\(id 7\).*colour/],
  ])('%s, and with it the whole request', async (_what, point, message) => {
    const text = typeof point === 'string' ? point : JSON.stringify(point);
    const answer = await ask(
      'PUT',
      '/collections/c/points',
      `{"points": [{"id": 1, "vector": [1, 2, 3]}, ${text}]}`,
    );
    expect(answer).toMatchObject({ status: 400, error: expect.stringMatching(message) });
    expect(await count()).toEqual({ count: 0 });
  });

  it.each([
    ['no JSON', '{"points": [', /not JSON/],
    ['nothing', '', /not JSON/],
    ['a list', '[]', /expected object|Invalid input/],
    ['a filter twice', '{"filter":null,"filter":null}', /^filter is given more than once/],
    ['a key twice', '{"filter":{"must":[{"key":"a","key":"b"}]}}', /^filter\.must\.0\.key is given more/],
    [
      'deep nesting',
      `${'{"must":['.repeat(1500)}${']}'.repeat(1500)}`,
      /nested too deeply|unsupported|Unrecognized/,
    ],
  ])('a body of %s', async (_what, body, message) => {
    const answer = await ask('POST', '/collections/c/points/count', body);
    expect(answer).toMatchObject({ status: 400, error: expect.stringMatching(message) });
  });

  it.each<[string, string, unknown]>([
    ['delete', 'delete', {}],
    ['clear', 'payload/clear', {}],
    ['delete keys of', 'payload/delete', { keys: ['a'] }],
    ['set the payload of', 'payload', { payload: { a: 2 } }],
  ])('filters without a condition that would %s every point', async (_what, at, body) => {
    const point = { id: 1, vector: [1, 2, 3], payload: { a: 1 } };
    await upsert(point);
    for (const filter of [
      {},
      { must: [] },
      { must: [], should: null },
      { must: [{ should: [] }], must_not: [] },
    ]) {
      const answer = await ask('POST', `/collections/c/points/${at}`, { ...(body as object), filter });
      expect(answer).toMatchObject({ status: 400, error: expect.stringMatching(/no condition/) });
    }
    expect(await ask('GET', '/collections/c/points/1')).toMatchObject({ result: point });
    // With a condition, even one that every point fulfils, it is meant.
    const all = { must_not: [{ has_id: [] }] };
    expect(
      await ask('POST', `/collections/c/points/${at}`, { ...(body as object), filter: all }),
    ).toMatchObject({
      status: 200,
    });
  });

  it.each<[string, string, string, unknown, RegExp]>([
    [
      'a payload index at no path',
      'PUT',
      'index',
      { field_name: 'a..b', field_schema: 'keyword' },
      /not a payload path/,
    ],
    [
      'an index for prefixes',
      'PUT',
      'index',
      { field_name: 'a', field_schema: { type: 'keyword', prefix: true } },
      /prefix/,
    ],
    [
      'an index with unknown settings',
      'PUT',
      'index',
      { field_name: 'a', field_schema: { type: 'keyword', colour: 1 } },
      /colour/,
    ],
    ['no path of a deleted index', 'DELETE', 'index/a..b', undefined, /not a payload path/],
    [
      'no path of a deleted key',
      'POST',
      'points/payload/delete',
      { keys: ['a..b'], points: [1] },
      /not a payload path/,
    ],
    [
      'a key of an overwritten payload',
      'PUT',
      'points/payload',
      { payload: {}, key: 'a', points: [1] },
      /key/,
    ],
    ['no path of a wanted payload', 'POST', 'points/scroll', { with_payload: ['a.'] }, /not a payload path/],
    ['an unknown vector', 'POST', 'points/scroll', { with_vector: ['x'] }, /no vector called "x"/],
    ['an unknown vector of a query', 'POST', 'points/query', { with_vector: ['x'] }, /no vector called "x"/],
  ])('%s, instead of ignoring it', async (_what, method, at, body, message) => {
    await upsert({ id: 1, vector: [1, 2, 3] });
    expect(await ask(method, `/collections/c/${at}`, body)).toMatchObject({
      status: 400,
      error: expect.stringMatching(message),
    });
  });

  it.each([
    ['geo_radius', { must: [{ key: 'at', geo_radius: { center: { lon: 1, lat: 1 }, radius: 5 } }] }],
    ['text', { must: [{ key: 'at', match: { text: 'some' } }] }],
    ['no_such_thing', { must: [{ no_such_thing: 1 }] }],
    ['musst', { musst: [] }],
    ['between', { must: { key: 'a', range: { between: [1, 2] } } }],
  ])('the filter kind %s by name', async (kind, filter) => {
    expect(await filtered(filter)).toMatchObject({ status: 400, error: expect.stringContaining(kind) });
  });

  it.each([
    ['recommend', { query: { recommend: { positive: [1] } } }],
    ['dbsf', { prefetch: [{ query: [1, 2, 3] }], query: { fusion: 'dbsf' } }],
    ['prefetch', { prefetch: [{ query: [1, 2, 3] }] }],
    ['lookup_from', { query: [1, 2, 3], lookup_from: { collection: 'x' } }],
    ['limit', { query: [1, 2, 3], limit: 0 }],
  ])('the query %s', async (kind, query) => {
    const { status, error } = await ask('POST', '/collections/c/points/query', query);
    expect(status).toBe(kind === 'limit' ? 422 : 400);
    if (kind !== 'dbsf') expect(error).toContain(kind);
    else expect(error).toContain('rrf');
  });

  it.each([
    [
      'multivector_config',
      { vectors: { size: 3, distance: 'Dot', multivector_config: { comparator: 'max_sim' } } },
    ],
    ['distance', { vectors: { size: 3, distance: 'Hamming' } }],
    ['size', { vectors: { size: 1e6, distance: 'Dot' } }],
  ])('a collection with %s', async (what, body) => {
    expect(await ask('PUT', '/collections/d', body)).toMatchObject({
      status: what === 'size' ? 422 : 400,
      error: expect.stringContaining(what),
    });
    expect(await ask('GET', '/collections/d/exists')).toMatchObject({ result: { exists: false } });
  });

  it('unknown routes', async () => {
    expect(await ask('POST', '/collections/c/snapshots')).toMatchObject({
      status: 404,
      error: expect.stringContaining('/collections/c/snapshots is not part of qdrant-local'),
    });
  });

  it('no 64-bit integer, exactly', async () => {
    const [low, high] = ['18446744073709551614', '18446744073709551615'];
    const body = `{"points": [{"id": ${high}, "vector": [1, 0, 0]}, {"id": ${low}, "vector": [2, 0, 0]}]}`;
    expect(await ask('PUT', '/collections/c/points', body)).toMatchObject({ status: 200 });
    store.close();
    await store.open();
    const response = await store.app.request('/collections/c/points/scroll', { method: 'POST', body: '{}' });
    const text = await response.text();
    expect(text.indexOf(low)).toBeGreaterThan(0);
    expect(text.indexOf(high)).toBeGreaterThan(text.indexOf(low));
    expect((await store.app.request(`/collections/c/points/${high}`)).status).toBe(200);
  });

  it('requests without the key', async () => {
    const server = await startTestServer({ apiKey: 'open sesame' });
    try {
      expect((await server.client.getCollections()).collections).toEqual([]);
      for (const wrong of [undefined, 'open', 'open sesame!']) {
        await expect(clientOf(server.url, wrong).getCollections()).rejects.toMatchObject({ status: 401 });
      }
      const bearer = { headers: { authorization: 'Bearer open sesame' } };
      expect((await fetch(`${server.url}/collections`, bearer)).status).toBe(200);
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    } finally {
      await server.close();
    }
  });

  it('a port in use', async () => {
    const server = await startTestServer();
    try {
      const port = Number(new URL(server.url).port);
      const second = startQdrantLocal({ path: join(store.folder, 'second.sqlite'), port });
      await expect(second).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining(String(port)),
      });
    } finally {
      await server.close();
    }
  });
});
