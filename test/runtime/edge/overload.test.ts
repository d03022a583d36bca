import { describe, expect, it, vi } from 'vitest';
import { problemSchema, searchResponseSchema } from '../../../shared/schema/index.ts';
import { edge, ranked } from './fakes.ts';

const SEARCH = '/v1/search?q=two%20zebroids';
const EXHAUSTIVE = `${SEARCH}&exhaustive=true`;
/** Searches that begin at once before anything was measured. */
const AT_ONCE = 16;

/** A reranker that answers when it is released. */
function held(waitMs: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  let calls = 0;
  const parts = edge({
    waitMs,
    rerankMs: 60_000,
    rerank: {
      rank: async (request) => {
        calls++;
        await promise;
        return ranked(request);
      },
    },
  });
  const ask = async (path = SEARCH, init?: RequestInit) => parts.app.request(path, init);
  /** As many searches as begin at once. */
  const fill = async () => {
    const searches = Array.from({ length: AT_ONCE }, () => ask());
    await vi.waitFor(() => expect(calls).toBe(AT_ONCE));
    return searches;
  };
  return { ...parts, ask, fill, release: resolve };
}

const full = async (response: Response) => {
  expect(response.status).toBe(200);
  const body = searchResponseSchema.parse(await response.json());
  expect([body.stage, body.degraded]).toEqual(['rerank', undefined]);
};

describe('more searches than the services can do', () => {
  it('wait for their turn and get a full answer', async () => {
    const { ask, fill, encode, release } = held(60_000);
    const first = await fill();
    const others = Array.from({ length: 50 }, () => ask());
    await new Promise((resolve) => setTimeout(resolve));
    // A search that waits costs no service anything.
    expect(encode).toHaveBeenCalledTimes(AT_ONCE);
    release();
    for (const response of await Promise.all([...first, ...others])) await full(response);
    const last = await others[49];
    expect(last?.headers.get('server-timing')).toMatch(/\bwait;dur=/);
  });

  it('are refused if their turn does not come, with a time to ask again and a line in the log', async () => {
    const { ask, fill, release, log } = held(20);
    const first = await fill();
    const response = await ask();
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const { code, requestId } = problemSchema.parse(await response.json());
    expect(code).toBe('overloaded');
    expect(log.mock.calls).toEqual([[expect.objectContaining({ level: 'warn', code, requestId })]]);
    release();
    for (const search of await Promise.all(first)) await full(search);
    await full(await ask());
  });

  it('leave when their caller does', async () => {
    const { ask, fill, encode, release } = held(60_000);
    const first = await fill();
    const leaving = new AbortController();
    const left = ask(SEARCH, { signal: leaving.signal });
    const stays = ask();
    leaving.abort();
    await Promise.allSettled([left]);
    release();
    for (const search of await Promise.all([...first, stays])) await full(search);
    expect(encode).toHaveBeenCalledTimes(AT_ONCE + 1);
  });

  it('do not make other kinds of requests wait', async () => {
    const { ask, fill, release, encode } = held(60_000);
    const first = await fill();
    const exhaustive = ask(EXHAUSTIVE);
    await vi.waitFor(() => expect(encode).toHaveBeenCalledTimes(AT_ONCE + 1));
    expect((await ask('/v1/parse?q=two%20zebroids')).status).toBe(200);
    expect((await ask('/healthz')).status).toBe(200);
    release();
    for (const search of await Promise.all([...first, exhaustive])) expect(search.status).toBe(200);
  });
});

describe('services that are too busy', () => {
  it('get fewer searches at once', async () => {
    let most = 0;
    let running = 0;
    const { app } = edge({
      waitMs: 60_000,
      rerankMs: 20,
      rerank: {
        rank: async (request) => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setTimeout(resolve, 30));
          running--;
          return ranked(request);
        },
      },
    });
    const round = async () => {
      most = 0;
      await Promise.all(Array.from({ length: 40 }, async () => app.request(SEARCH)));
      return most;
    };
    expect(await round()).toBe(AT_ONCE);
    let now = AT_ONCE;
    for (let rounds = 0; rounds < 100 && now > AT_ONCE / 2; rounds++) now = await round();
    expect(now).toBeLessThanOrEqual(AT_ONCE / 2);
  });
});
