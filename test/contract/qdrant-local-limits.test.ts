import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { smallStore } from './small-store.ts';

/** Requests beyond the limits of qdrant-local, and parameters that would have no effect. */
describe('qdrant-local refuses', () => {
  const store = smallStore();
  const { ask, count, upsert } = store;

  const nested = (levels: number, open: string, close: string) =>
    `${open.repeat(levels)}{"has_id":[1]}${close.repeat(levels)}`;
  const many = (count: number, condition: object) => ({
    should: Array.from({ length: count }, () => condition),
  });
  it.each<[string, RegExp, unknown]>([
    ['more conditions', /2000 conditions/, many(20_000, { key: 'n', match: { value: 1 } })],
    [
      'more conditions in several lists',
      /2000 conditions/,
      { must: [many(1200, { has_id: [1] }), many(1200, { has_id: [1] })] },
    ],
    [
      'more conditions in min_should',
      /2000 conditions/,
      { min_should: { min_count: 1, conditions: many(2001, { has_id: [1] }).should } },
    ],
    ['more levels', /32 levels/, nested(900, '{"must":[', ']}')],
    [
      'more levels of nested filters',
      /32 levels/,
      nested(40, '{"must":{"nested":{"key":"a","filter":', '}}}'),
    ],
    ['more ids', /100000 ids/, { must: [{ has_id: Array.from({ length: 100_001 }, (_, id) => id) }] }],
    [
      'more values',
      /100000 ids and values/,
      { must: many(2, { key: 'n', match: { any: Array.from({ length: 60_000 }, (_, n) => n) } }).should },
    ],
    [
      'a longer path',
      /path has more than 1024 characters/,
      { must: [{ key: `${'a.'.repeat(300_000)}a`, is_null: true }] },
    ],
    [
      'more steps of a path',
      /path has more than 32 steps/,
      { must: [{ key: `a${'[]'.repeat(32)}`, is_null: true }] },
    ],
  ])('filters with %s than the limit, which is named', async (_what, message, filter) => {
    const large = await createQdrantLocal({ path: join(store.folder, 'large.sqlite') });
    try {
      const text = typeof filter === 'string' ? filter : JSON.stringify(filter);
      for (const [at = '', body = ''] of [
        ['count', `{"filter": ${text}}`],
        ['delete', `{"filter": ${text}}`],
        ['query', `{"prefetch": {"query": 1, "filter": ${text}}, "query": 1}`],
      ]) {
        const response = await large.app.request(`/collections/c/points/${at}`, { method: 'POST', body });
        expect(response.status).toBe(422);
        expect(((await response.json()) as { status: { error: string } }).status.error).toMatch(message);
      }
    } finally {
      large.close();
    }
  });

  it.each<[string, RegExp, string, unknown]>([
    [
      'queries of a batch',
      /100 queries/,
      'query/batch',
      { searches: Array.from({ length: 101 }, () => ({ query: 1 })) },
    ],
    [
      'prefetches',
      /100 queries/,
      'query',
      { prefetch: Array.from({ length: 101 }, () => ({ query: 1 })), query: 1 },
    ],
    [
      'points of a batch together',
      /120 points.*100/,
      'query/batch',
      { searches: Array.from({ length: 2 }, () => ({ query: 1, limit: 60 })) },
    ],
    ['points of a prefetch', /101 points.*100/, 'query', { prefetch: { query: 1, limit: 101 }, query: 1 }],
    ['points of a page', /101 points.*100/, 'scroll', { limit: 101 }],
    ['ids to retrieve', /101 points.*100/, '', { ids: Array.from({ length: 101 }, (_, id) => id) }],
    ['paths', /256 paths/, 'scroll', { with_payload: Array.from({ length: 257 }, () => 'a') }],
    [
      'keys to delete',
      /256 paths/,
      'payload/delete',
      { points: [1], keys: Array.from({ length: 257 }, () => 'a') },
    ],
    [
      'keys to set',
      /1000 keys/,
      'payload',
      { points: [1], payload: Object.fromEntries(Array.from({ length: 1001 }, (_, n) => [`k${n}`, n])) },
    ],
    [
      'keys to set inside lists',
      /1000 keys/,
      'payload',
      { points: [1], payload: { a: Array.from({ length: 1000 }, (_, n) => ({ n })) } },
    ],
    [
      'elements of an array that is written to',
      /10000/,
      'payload',
      { points: [1], key: 'a[10000]', payload: {} },
    ],
  ])('more %s than the limit, which is named', async (_what, message, at, body) => {
    expect(await ask('POST', `/collections/c/points/${at}`.replace(/\/$/, ''), body)).toMatchObject({
      status: 422,
      error: expect.stringMatching(message),
    });
  });

  it('payloads that are nested deeper than the limit', async () => {
    const deep = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    const write = (levels: number) =>
      ask('PUT', '/collections/c/points', `{"points":[{"id":1,"vector":[1,2,3],"payload":${deep(levels)}}]}`);
    expect(await write(129)).toMatchObject({ status: 422, error: expect.stringMatching(/128 levels/) });
    expect(await write(9000)).toMatchObject({ status: 422 });
    expect(await write(128)).toMatchObject({ status: 200 });
  });

  it.each<[string, number, RegExp]>([
    ['timeout=0', 422, /timeout/],
    ['timeout=1e3', 400, /timeout/],
    ['timeout=99999', 422, /timeout/],
    ['consistency=most', 400, /consistency/],
    ['wait=true', 400, /wait/],
    ['timeout=1&timeout=2', 400, /timeout/],
    ['colour=red', 400, /colour/],
  ])('the parameters %s of a read', async (parameters, status, message) => {
    expect(await ask('POST', `/collections/c/points/count?${parameters}`, {})).toMatchObject({
      status,
      error: expect.stringMatching(message),
    });
    expect(await ask('POST', '/collections/c/points/count?timeout=1&consistency=majority', {})).toMatchObject(
      {
        status: 200,
      },
    );
  });

  it.each<[string, number, RegExp]>([
    ['wait=maybe', 400, /wait/],
    ['ordering=random', 400, /ordering/],
    ['timeout=0', 422, /timeout/],
    ['consistency=all', 400, /consistency/],
  ])('the parameters %s of a change', async (parameters, status, message) => {
    const points = [{ id: 1, vector: [1, 2, 3] }];
    expect(await ask('PUT', `/collections/c/points?${parameters}`, { points })).toMatchObject({
      status,
      error: expect.stringMatching(message),
    });
    expect(await count()).toEqual({ count: 0 });
  });

  it('names of collections and aliases that Qdrant refuses', async () => {
    for (const name of ['a%2Fb', 'a%3Ab', 'x'.repeat(256)]) {
      const body = { vectors: { size: 3, distance: 'Dot' } };
      expect(await ask('PUT', `/collections/${name}`, body)).toMatchObject({ status: 422 });
    }
    const actions = [{ create_alias: { alias_name: 'a/b', collection_name: 'c' } }];
    expect(await ask('POST', '/collections/aliases', { actions })).toMatchObject({ status: 422 });
  });

  it('requests beyond its limits', async () => {
    const vector = [1, 2, 3];
    expect(
      await ask('POST', '/collections/c/points/query', { query: vector, limit: 90, offset: 11 }),
    ).toMatchObject({
      status: 422,
      error: expect.stringMatching(/101.*100/),
    });
    expect(await upsert({ id: 1, vector, payload: { long: 'x'.repeat(20_000) } })).toMatchObject({
      status: 413,
      error: expect.stringMatching(/20000 bytes/),
    });
    const six = [1, 2, 3, 4, 5, 6].map((id) => ({ id, vector }));
    expect(await upsert(...six)).toMatchObject({ status: 422, error: expect.stringMatching(/6 points.*5/) });
    expect(await count()).toEqual({ count: 0 });
    // The same points again are not new points.
    expect(await upsert(...six.slice(0, 5))).toMatchObject({ status: 200 });
    expect(await upsert(...six.slice(0, 5))).toMatchObject({ status: 200 });
  });
});
