import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../shared/errors/index.ts';
import { type AnswerStore, ColoAnswers } from '../../../workers/edge/cache/colo-answers.ts';
import { answer, failing, problem } from './answers.ts';
import { type EdgeChanges, edge, encoded, GENERATION, ranked, recalled } from './fakes.ts';

const SEARCH = '/v1/search?q=two%20zebroids';
const OTHER = 'fedcba9876543210';

let background: Promise<unknown>[] = [];
beforeEach(() => {
  background = [];
});

function cached(changes: EdgeChanges = {}) {
  const parts = edge({ cache: {}, ...changes });
  const waitUntil = (work: Promise<unknown>) => void background.push(work);
  const context = { waitUntil, passThroughOnException: () => {}, props: {} };
  const ask = async (path = SEARCH, init: RequestInit = {}) => parts.app.request(path, init, {}, context);
  const post = (body: object, headers: Record<string, string> = {}) =>
    ask('/v1/search', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  /** How often the services were called. */
  const calls = () => [parts.encode, parts.recall, parts.rank].map(({ mock }) => mock.calls.length);
  return { ...parts, ask, post, calls };
}

const status = (response: Response) => response.headers.get('cache-status');
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe('answers that are kept', () => {
  it('are sent again without a call to a service, and say so', async () => {
    const { ask, calls } = cached();
    const first = await ask();
    expect([status(first), first.headers.get('age')]).toEqual(['gsmn; fwd=miss; stored', null]);
    const before = calls();
    const again = await ask();
    expect(status(again)).toMatch(/^gsmn; hit; ttl=(59|60)$/);
    expect(again.headers.get('age')).toBe('0');
    for (const name of ['etag', 'cache-control', 'content-type', 'x-search-stage'])
      expect([name, again.headers.get(name)]).toEqual([name, first.headers.get(name)]);
    expect(await answer(again)).toEqual(await answer(first));
    expect(calls()).toEqual(before);
  });

  it('are shared by both methods, by HEAD, and by all spellings of a request', async () => {
    const { ask, post, calls } = cached();
    const first = await answer(await ask('/v1/search?q=two%20dogs&limit=3'));
    const before = calls();
    const posted = await post({ q: 'two dogs', limit: 3 });
    expect([status(posted), posted.headers.get('cache-control')]).toEqual([
      expect.stringContaining('hit'),
      'no-store',
    ]);
    expect(await answer(posted)).toEqual(first);
    const head = await ask('/v1/search?limit=3&q=two%20dogs', { method: 'HEAD' });
    expect([status(head), await head.text()]).toEqual([expect.stringContaining('hit'), '']);
    const spelled = await answer(
      await ask(`/v1/search?${new URLSearchParams({ q: '  ｔｗｏ dogs! ', limit: '3' })}`),
    );
    // Only the query is the caller's own.
    expect(spelled).toEqual({ ...first, query: 'ｔｗｏ dogs!' });
    expect(calls()).toEqual(before);
    for (const other of ['limit=4', 'offset=1&limit=3', 'limit=3&collapse=false', 'limit=3&understand=false'])
      expect(status(await ask(`/v1/search?q=two%20dogs&${other}`))).toBe('gsmn; fwd=miss; stored');
  });

  it('are 304 for who has them', async () => {
    const { ask, calls } = cached();
    const etag = (await ask()).headers.get('etag') ?? '';
    const before = calls();
    const again = await ask(SEARCH, { headers: { 'if-none-match': etag } });
    expect([again.status, status(again), again.headers.get('etag')]).toEqual([
      304,
      expect.stringContaining('hit'),
      etag,
    ]);
    expect(calls()).toEqual(before);
  });

  it('are complete: what lacks something, and what fails, is asked again', async () => {
    const { ask, rank, encode } = cached();
    rank.mockImplementationOnce(failing('timeout'));
    const late = await ask();
    expect([late.status, status(late)]).toEqual([200, 'gsmn; fwd=miss']);
    rank.mockImplementationOnce(async (request) => ranked(request, { evidence: 'late' }));
    expect(status(await ask())).toBe('gsmn; fwd=miss');
    encode.mockImplementationOnce(failing('encode_unavailable'));
    const failed = await ask();
    expect([failed.status, status(failed)]).toEqual([503, null]);
    await problem(failed);
    const whole = await ask();
    expect(status(whole)).toBe('gsmn; fwd=miss; stored');
    expect((await answer(whole)).degraded).toBeUndefined();
    expect(status(await ask())).toContain('hit');
  });

  it('need no more memory than they may', async () => {
    const { ask, answers } = cached({ cache: { bytes: 20_000 } });
    for (let image = 0; image < 20; image++) {
      await ask(`/v1/search?q=dog%20${image}`);
      expect(answers?.bytes).toBeLessThanOrEqual(20_000);
    }
    expect(answers?.bytes).toBeGreaterThan(5000);
    expect(status(await ask('/v1/search?q=dog%2019'))).toContain('hit');
    expect(status(await ask('/v1/search?q=dog%200'))).toContain('miss');
  });

  it('are not kept unless it is asked for', async () => {
    const { ask, calls } = cached({ cache: undefined as never });
    await ask();
    expect(status(await ask())).toBeNull();
    expect(calls()).toEqual([2, 2, 2]);
  });
});

describe('equal searches at the same time', () => {
  it('are one, and each has its own query', async () => {
    const { ask, calls } = cached();
    const queries = Array.from({ length: 50 }, (_, at) => `two dogs${'!'.repeat(at % 3)}`);
    const responses = await Promise.all(queries.map((q) => ask(`/v1/search?${new URLSearchParams({ q })}`)));
    expect(calls()).toEqual([1, 1, 1]);
    const bodies = await Promise.all(responses.map(answer));
    expect(bodies.map(({ query }) => query)).toEqual(queries);
    expect(new Set(bodies.map(({ hits }) => JSON.stringify(hits))).size).toBe(1);
    const said = responses.map(status);
    expect(said.filter((one) => one === 'gsmn; fwd=miss; stored')).toHaveLength(1);
    expect(said.filter((one) => one === 'gsmn; fwd=miss; collapsed')).toHaveLength(49);
    for (const response of responses) expect(response.headers.get('server-timing')).toContain('rank;dur=');
  });

  it('continue for those who stay when the first one leaves', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const signals: (AbortSignal | undefined)[] = [];
    const { ask, rank, calls } = cached({ rerankMs: 60_000 });
    rank.mockImplementation(async (request, call) => {
      signals.push(call?.signal);
      await promise;
      return ranked(request);
    });
    const first = new AbortController();
    const left = ask(SEARCH, { signal: first.signal });
    const stays = ask();
    await vi.waitFor(() => expect(calls()).toEqual([1, 1, 1]));
    first.abort();
    expect((await problem(await left)).code).toBe('cancelled');
    expect(signals.map((signal) => signal?.aborted)).toEqual([false]);
    resolve();
    expect((await answer(await stays)).stage).toBe('rerank');
    expect(calls()).toEqual([1, 1, 1]);
  });

  it('end when all have left', async () => {
    const { ask, rank } = cached({ rerankMs: 60_000 });
    const signals: (AbortSignal | undefined)[] = [];
    rank.mockImplementation((_request, call) => {
      signals.push(call?.signal);
      return new Promise((_, reject) =>
        call?.signal?.addEventListener('abort', () => reject(new AppError('cancelled', 'left'))),
      );
    });
    const callers = [new AbortController(), new AbortController()];
    const asked = callers.map(({ signal }) => ask(SEARCH, { signal }));
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    for (const caller of callers) caller.abort();
    for (const one of asked) expect((await problem(await one)).code).toBe('cancelled');
    await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true));
  });
});

describe('when the index is replaced', () => {
  /** Services that serve a generation, which the test changes. */
  function replaced(cache: NonNullable<EdgeChanges['cache']>) {
    let active = GENERATION;
    const parts = cached({
      cache,
      rerank: {
        encode: async ({ generation = active }) =>
          encoded({ generation, collection: `images-${generation}` }),
        rank: async (request) => ranked(request, { active }),
        generation: async () => ({ generation: active, collection: `images-${active}`, images: 10 }),
      },
      qdrant: { recall: async (_name, _vector, limit) => recalled(6).slice(0, limit) },
    });
    const replace = (generation: string) => {
      active = generation;
    };
    const generationOf = async (path?: string) => {
      const response = await parts.ask(path);
      return [(await answer(response)).generation, status(response)] as const;
    };
    return { ...parts, replace, generationOf };
  }

  it('answers are sent once more while it is found out, then those of the new one', async () => {
    const { generationOf, replace } = replaced({ freshMs: 5, staleMs: 60_000 });
    await generationOf();
    replace(OTHER);
    await pause(20);
    expect(await generationOf()).toEqual([GENERATION, expect.stringMatching(/^gsmn; hit; ttl=-1$/)]);
    await Promise.all(background);
    expect(await generationOf()).toEqual([OTHER, 'gsmn; fwd=miss; stored']);
    expect((await generationOf())[0]).toBe(OTHER);
  });

  it('answers are not sent when nobody knew for too long which one is active', async () => {
    const { generationOf, replace } = replaced({ freshMs: 5, staleMs: 5 });
    await generationOf();
    replace(OTHER);
    await pause(30);
    expect(await generationOf()).toEqual([OTHER, 'gsmn; fwd=miss; stored']);
  });

  it('any search that names the new one ends the old one', async () => {
    const { generationOf, replace } = replaced({ freshMs: 60_000, staleMs: 60_000 });
    await generationOf();
    replace(OTHER);
    expect((await generationOf('/v1/search?q=a%20cat'))[0]).toBe(OTHER);
    expect(await generationOf()).toEqual([OTHER, 'gsmn; fwd=miss; stored']);
  });

  it('pages continue in the generation of their cursor, which is kept beside the active one and no longer', async () => {
    const { ask, generationOf, replace, answers } = replaced({});
    const { next: after = '' } = await answer(await ask(`${SEARCH}&limit=2`));
    const page = `${SEARCH}&limit=2&after=${after}`;
    expect(await generationOf(page)).toEqual([GENERATION, 'gsmn; fwd=miss; stored']);
    replace(OTHER);
    await generationOf('/v1/search?q=a%20cat');
    expect(await generationOf(page)).toEqual([GENERATION, expect.stringContaining('hit')]);
    const bytes = answers?.bytes ?? 0;
    replace('0000000000000003');
    await generationOf('/v1/search?q=a%20fish');
    expect(answers?.bytes).toBeLessThan(bytes);
    expect(await generationOf(page)).toEqual([GENERATION, 'gsmn; fwd=miss; stored']);
  });

  it('an answer that took long does not bring the old one back', async () => {
    const { ask, rank, generationOf, replace } = replaced({});
    void rank;
    const { promise, resolve } = Promise.withResolvers<void>();
    let held = true;
    const slow = cached({
      cache: {},
      rerank: {
        encode: async () => {
          if (!held) return encoded({ generation: OTHER });
          held = false;
          await promise;
          return encoded();
        },
      },
    });
    const late = slow.ask('/v1/search?q=slow');
    await pause(5);
    expect((await answer(await slow.ask())).generation).toBe(OTHER);
    resolve();
    expect((await answer(await late)).generation).toBe(GENERATION);
    expect(status(await slow.ask())).toContain('hit');
    void [ask, generationOf, replace];
  });

  it('a reranker that is away is told in the log, and answers are sent meanwhile', async () => {
    const { ask, log } = cached({
      cache: { freshMs: 5, staleMs: 60_000 },
      rerank: { generation: failing('encode_unavailable') },
    });
    await ask();
    await pause(20);
    expect(status(await ask())).toContain('hit');
    await Promise.all(background);
    expect(log.mock.calls.map(([entry]) => entry)).toContainEqual(
      expect.objectContaining({ level: 'warn', code: 'encode_unavailable' }),
    );
    // It is not asked by every caller.
    const before = log.mock.calls.length;
    await Promise.all([ask(), ask(), ask()]);
    await Promise.all(background);
    expect(log.mock.calls.length).toBe(before);
  });
});

describe('in a data centre', () => {
  const { default: store } = caches as unknown as { readonly default: AnswerStore };
  const colo = (deployment: string) => new ColoAnswers({ store, deployment, log: () => {} });

  it('isolates share answers, of one deployment', async () => {
    const one = cached({ cache: { colo: colo('v1') } });
    await one.ask();
    await Promise.all(background);
    const other = cached({ cache: { colo: colo('v1') } });
    // Whichever search comes first tells which generation is active.
    await other.ask('/v1/search?q=a%20cat');
    const before = other.calls();
    const response = await other.ask();
    expect(status(response)).toContain('hit');
    expect(await answer(response)).toEqual(await answer(await one.ask()));
    expect(other.calls()).toEqual(before);
    const deployed = cached({ cache: { colo: colo('v2') } });
    await deployed.ask('/v1/search?q=a%20cat');
    expect(status(await deployed.ask())).toContain('miss');
  });

  it('a store that fails is said once and not asked again', async () => {
    const match = vi.fn(async () => Promise.reject(new Error('no cache here')));
    const log = vi.fn();
    const failed = new ColoAnswers({ store: { match, put: match }, deployment: '', log });
    const { ask, calls } = cached({ cache: { colo: failed } });
    for (const _ of [1, 2, 3]) expect((await ask()).status).toBe(200);
    await Promise.all(background);
    expect(match).toHaveBeenCalledTimes(1);
    expect(log.mock.calls).toEqual([[expect.objectContaining({ level: 'info' })]]);
    expect(calls()).toEqual([1, 1, 1]);
  });
});
