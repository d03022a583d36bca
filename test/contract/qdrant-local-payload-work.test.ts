import { afterEach, describe, expect, it, vi } from 'vitest';
import { createQdrantLocal, type QdrantLocal } from '../../workers/qdrant-local/index.ts';
import { askLocal } from './qdrant-server.ts';

const POINTS = 500;
const PATHS = Array.from({ length: 60 }, (_, n) => `arr[].x${n}`).concat('arr[].x');

/** Answers with parts of large payloads, and changes of them, are made in slices. */
describe('qdrant-local with large payloads', () => {
  let local: QdrantLocal;
  const ask = (method: string, at: string, body?: unknown) => askLocal(local, method, at, body);
  const post = (at: string, body: unknown) => ask('POST', `/collections/c/points${at}`, body);
  const open = async (timeoutMs: number) => {
    local?.close();
    local = await createQdrantLocal({ path: ':memory:', timeoutMs });
    const arr = Array.from({ length: 80 }, (_, n) => ({ x: [n, n, n], y: n }));
    for (const name of ['c', 'other']) {
      await ask('PUT', `/collections/${name}?timeout=3600`, { vectors: { size: 2, distance: 'Dot' } });
      await ask('PUT', `/collections/${name}/points?timeout=3600`, {
        points: Array.from({ length: name === 'c' ? POINTS : 1 }, (_, id) => ({
          id,
          vector: [1, id],
          payload: { arr },
        })),
      });
    }
  };
  afterEach(() => local.close());

  const ids = Array.from({ length: POINTS }, (_, id) => id);
  const work: [string, string, object][] = [
    ['query', '/query', { query: [1, 1], limit: POINTS, with_payload: { include: PATHS } }],
    ['query batch', '/query/batch', { searches: [{ limit: POINTS, with_payload: { exclude: PATHS } }] }],
    ['scroll', '/scroll', { limit: POINTS, with_payload: { include: PATHS } }],
    ['retrieve', '', { ids, with_payload: { exclude: PATHS } }],
    ['delete of keys', '/payload/delete', { points: ids, keys: PATHS }],
    ['set of keys', '/payload', { points: ids, key: 'arr[].z', payload: { n: 1 } }],
  ];

  it.each(work)('answers others before a large %s', async (_what, at, body) => {
    await open(600_000);
    const names: string[] = [];
    const note = async (name: string, response: ReturnType<typeof ask>) => {
      const { status } = await response;
      names.push(name);
      expect(status).toBe(200);
    };
    const large = note('large', post(at, body));
    // It is under way before the others come.
    await new Promise((resolve) => setImmediate(resolve));
    expect((await local.app.request('/healthz')).status).toBe(200);
    names.push('health');
    await note('query', ask('POST', '/collections/other/points/query', { query: [1, 1] }));
    await large;
    expect(names).toEqual(['health', 'query', 'large']);
  });

  it.each(work)('ends a large %s that is late, and changes nothing', async (_what, at, body) => {
    await open(1);
    // Every look at the clock finds the slice used up, however fast the machine is.
    let now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
      now += 10;
      return now;
    });
    const answer = await post(at, body).finally(() => clock.mockRestore());
    expect(answer).toMatchObject({ status: 408 });
    const { result } = await post('/scroll?timeout=3600', {
      limit: 1,
      with_payload: { include: ['arr[].x', 'arr[].z'] },
    });
    expect(result).toMatchObject({
      points: [{ payload: { arr: expect.arrayContaining([{ x: [7, 7, 7] }]) } }],
    });
  });

  it.each<[string, string, string, object]>([
    ['answer with vectors', 'POST', '/scroll', { limit: POINTS, with_vector: true, with_payload: false }],
    ['upsert', 'PUT', '', { points: ids.map((id) => ({ id: id + POINTS, vector: [1, id] })) }],
    ['deletion', 'POST', '/delete', { points: ids }],
  ])('is healthy during a large %s', async (_what, method, at, body) => {
    await open(600_000);
    // Every look at the clock finds the slice used up, so there is a pause after each point.
    let now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
      now += 10;
      return now;
    });
    try {
      let ended = false;
      const large = ask(method, `/collections/c/points${at}`, body).finally(() => {
        ended = true;
      });
      let healthy = 0;
      while (!ended) {
        if ((await local.app.request('/healthz')).status === 200) healthy++;
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect((await large).status).toBe(200);
      expect(healthy).toBeGreaterThan(POINTS / 10);
    } finally {
      clock.mockRestore();
    }
  });

  it('makes all of an upsert or nothing, whenever the caller leaves', async () => {
    await open(600_000);
    const points = Array.from({ length: 60 }, (_, at) => ({ id: POINTS + at, vector: [1, at] }));
    const outcomes = new Set<number>();
    for (let turns = 0; turns < 400; turns += 20) {
      const leaving = new AbortController();
      let now = performance.now();
      const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
        now += 10;
        return now;
      });
      const upsert = local.app.request('/collections/c/points', {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ points }),
        signal: leaving.signal,
      });
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      leaving.abort();
      const { status } = await upsert;
      clock.mockRestore();
      outcomes.add(status);
      const { result } = await post('/count', {});
      // A caller that leaves once it is on disk is not told so.
      const written = (result as { count: number }).count - POINTS;
      expect(status === 200 ? [points.length] : [0, points.length]).toContain(written);
      await post('/delete', { points: points.map(({ id }) => id) });
    }
    expect(outcomes).toEqual(new Set([200, 408]));
  });

  it('refuses to set more keys than a change may write, and changes nothing', async () => {
    await open(600_000);
    const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]));
    const all = { filter: { must_not: [{ has_id: [] }] } };
    const longer = Array.from({ length: 120 }, () => ({}));
    await post('/payload', { payload: { longer }, points: [1] });
    // 120 elements in one point, and 80 in each of 500, of 1,000 and of 300 keys.
    const [inOne, inAll] = [
      await post('/payload', { payload: keys(1000), key: 'longer[]', points: [1] }),
      await post('/payload', { payload: keys(300), key: 'arr[]', ...all }),
    ];
    expect(inOne).toMatchObject({
      status: 422,
      error: expect.stringContaining('100000 keys are set in one point'),
    });
    expect(inAll).toMatchObject({ status: 422, error: expect.stringMatching(/10000000 keys .* all points/) });
    const { result } = await post('', { ids: [1], with_payload: ['longer[].k0', 'arr[].k0'] });
    expect(JSON.stringify(result)).not.toContain('k0');
    expect(await post('/payload', { payload: keys(800), key: 'longer[]', points: [1] })).toMatchObject({
      status: 200,
    });
  });

  it('ends when the caller left', async () => {
    await open(600_000);
    const leaving = new AbortController();
    const [, at, body] = work[0] ?? ['', '', {}];
    const large = local.app.request(`/collections/c/points${at}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: leaving.signal,
    });
    await new Promise((resolve) => setImmediate(resolve));
    leaving.abort();
    expect((await large).status).toBe(408);
  });
});
