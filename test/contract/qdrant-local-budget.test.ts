import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createQdrantLocal, type QdrantLocal, type StartOptions } from '../../workers/qdrant-local/index.ts';

const POINTS = 3000;

/** A filter that every point passes after a thousand comparisons, and no look-up in a set can shorten. */
const SLOW = { must_not: Array.from({ length: 1000 }, (_, n) => ({ key: `n${n}`, is_empty: false })) };

/** Long work neither keeps others waiting nor sees what they change, and ends when it is late or nobody waits for it. */
describe('qdrant-local while it scans', () => {
  let local: QdrantLocal;
  const faults: unknown[] = [];
  const open = async (options: Partial<StartOptions> = {}) => {
    local?.close();
    local = await createQdrantLocal({ path: ':memory:', onFault: (fault) => faults.push(fault), ...options });
    await ask('PUT', '/collections/c', { vectors: { size: 2, distance: 'Dot' } });
    await ask('PUT', '/collections/c/points?timeout=3600', {
      points: Array.from({ length: POINTS }, (_, id) => ({ id, vector: [1, id], payload: { id } })),
    });
  };
  beforeEach(() => open());
  afterEach(() => {
    local.close();
    expect(faults.splice(0)).toEqual([]);
  });

  async function ask(method: string, at: string, body?: unknown, signal?: AbortSignal) {
    const response = await local.app.request(at, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const text = await response.text();
    const answer = text.startsWith('{')
      ? (JSON.parse(text) as { result?: unknown; status?: { error?: string } })
      : {};
    return { status: response.status, result: answer.result, error: answer.status?.error, text };
  }
  const slowCount = (signal?: AbortSignal) =>
    ask('POST', '/collections/c/points/count?timeout=3600', { filter: SLOW }, signal);

  /** Notes the order in which promises settle. */
  function order() {
    const names: string[] = [];
    return {
      names,
      note: async <T>(name: string, promise: Promise<T>): Promise<T> => {
        const result = await promise;
        names.push(name);
        return result;
      },
    };
  }

  it('answers health checks, metrics and small reads', async () => {
    const { note, names } = order();
    const slow = note('slow', slowCount());
    // It is under way before the others come.
    await new Promise((resolve) => setImmediate(resolve));
    await note('health', ask('GET', '/healthz'));
    await note('metrics', ask('GET', '/metrics'));
    await note('point', ask('GET', '/collections/c/points/7'));
    await note('query', ask('POST', '/collections/c/points/query', { query: [1, 1], limit: 3 }));
    expect((await slow).result).toEqual({ count: POINTS });
    expect(names).toEqual(['health', 'metrics', 'point', 'query', 'slow']);
  });

  it('sees the state of its start; a change waits for it, and what comes later sees the change', async () => {
    const { note, names } = order();
    const results = await Promise.all([
      note('slow', slowCount()),
      note('change', ask('POST', '/collections/c/points/delete?wait=true', { points: [0, 1, 2] })),
      note('later', ask('POST', '/collections/c/points/count', {})),
    ]);
    expect(results.map(({ result }) => result)).toEqual([
      { count: POINTS },
      { operation_id: 2, status: 'completed' },
      { count: POINTS - 3 },
    ]);
    expect(names).toEqual(['slow', 'change', 'later']);
  });

  it.each<[string, string, object]>([
    ['count', '/collections/c/points/count', { filter: SLOW }],
    ['scroll', '/collections/c/points/scroll', { filter: SLOW, limit: POINTS }],
    ['query', '/collections/c/points/query', { query: [1, 1], filter: SLOW }],
    ['query without a vector', '/collections/c/points/query', { filter: SLOW, limit: POINTS }],
    ['prefetch', '/collections/c/points/query', { prefetch: { query: [1, 1], filter: SLOW }, query: [1, 1] }],
    ['delete', '/collections/c/points/delete', { filter: SLOW }],
    ['set payload', '/collections/c/points/payload', { payload: { x: 1 }, filter: SLOW }],
  ])('ends a %s that is late with the status of Qdrant, and changes nothing', async (_what, at, body) => {
    await open({ timeoutMs: 1 });
    expect(await ask('POST', at, body)).toMatchObject({
      status: 408,
      error: expect.stringMatching(/timed out after 0\.001 seconds/),
    });
    const { result } = await ask('POST', '/collections/c/points/scroll?timeout=3600', { limit: 1 });
    expect(result).toMatchObject({ points: [{ id: 0, payload: { id: 0 } }] });
    expect((await ask('POST', '/collections/c/points/count?timeout=3600', {})).result).toEqual({
      count: POINTS,
    });
  });

  it('ends when the caller leaves, and a change behind it is made', async () => {
    const leaving = new AbortController();
    const slow = slowCount(leaving.signal);
    await new Promise((resolve) => setImmediate(resolve));
    const change = ask('POST', '/collections/c/points/delete', { points: [0] });
    leaving.abort();
    expect((await slow).status).toBe(408);
    expect((await change).status).toBe(200);
  });

  it('measures requests by route and status, and points', async () => {
    await ask('POST', '/collections/c/points/count', { filter: { musst: [] } });
    await ask('POST', '/collections/missing/points/count', {});
    await ask('POST', '/nothing/here');
    const { status, text } = await ask('GET', '/metrics');
    expect(status).toBe(200);
    const endpoint = '/collections/:name/points/count';
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        `rest_responses_total{method="POST",endpoint="${endpoint}",status="400"} 1`,
        `rest_responses_total{method="POST",endpoint="${endpoint}",status="404"} 1`,
        'rest_responses_total{method="POST",endpoint="other",status="404"} 1',
        `rest_responses_duration_seconds_count{method="POST",endpoint="${endpoint}",status="404"} 1`,
        'collections_total 1',
        `collection_points{id="c"} ${POINTS}`,
        'qdrant_local_requests_held{state="waiting"} 0',
      ]),
    );
  });
});
