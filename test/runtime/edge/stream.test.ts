import { beforeEach, describe, expect, it, vi } from 'vitest';
import { problemSchema, searchResponseSchema } from '../../../shared/schema/index.ts';
import { createSearchClient, SearchProblem } from '../../../workers/clients/search/index.ts';
import { failing, problem } from './answers.ts';
import { type EdgeChanges, edge, ranked } from './fakes.ts';

const SEARCH = '/v1/search?q=two%20zebroids';
const SSE = { accept: 'text/event-stream' };
const NDJSON = { accept: 'application/x-ndjson' };

let background: Promise<unknown>[] = [];
beforeEach(() => {
  background = [];
});

/** An app whose ranking waits until it is released; without that it is fast. */
function slow(changes: EdgeChanges = {}, isHeld = true) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (!isHeld) resolve();
  const parts = edge({ rerankMs: 60_000, ...changes });
  parts.rank.mockImplementation(async (request) => {
    await promise;
    return ranked(request);
  });
  const waitUntil = (work: Promise<unknown>) => void background.push(work);
  const context = { waitUntil, passThroughOnException: () => {}, props: {} };
  const ask = async (init: RequestInit = {}, path = SEARCH) => parts.app.request(path, init, {}, context);
  return { ...parts, ask, release: resolve, fail: reject };
}

/** Reads a stream of text piece by piece. */
function reading(response: Response) {
  const reader = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>)
    .pipeThrough(new TextDecoderStream())
    .getReader();
  return {
    next: async () => (await reader.read()).value ?? '',
    rest: async () => {
      let text = '';
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) text += piece.value;
      return text;
    },
    cancel: () => reader.cancel(),
  };
}

/** Events by their names, and their data. */
const events = (text: string) =>
  text
    .split('\n\n')
    .filter(Boolean)
    .map((block) => {
      const [, name, data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
      return [name, JSON.parse(data) as unknown] as const;
    });
const ids = (body: unknown) => searchResponseSchema.parse(body).hits.map(({ id }) => id);

describe('an answer in two parts', () => {
  it.each(['GET', 'POST'])(
    "has recall's order while the shortlist is ranked, then the ranked one: %s",
    async (method) => {
      const { ask, release } = slow();
      const body = JSON.stringify({ q: 'two zebroids' });
      const init =
        method === 'GET'
          ? { headers: SSE }
          : { method, body, headers: { ...SSE, 'content-type': 'application/json' } };
      const response = await ask(init, method === 'GET' ? SEARCH : '/v1/search');
      expect([
        response.status,
        response.headers.get('content-type'),
        response.headers.get('cache-control'),
      ]).toEqual([200, 'text/event-stream; charset=utf-8', 'no-store']);
      expect(response.headers.get('vary')).toContain('Accept');
      const stream = reading(response);
      const [[name, recalled] = []] = events(await stream.next());
      expect(name).toBe('recall');
      expect(ids(recalled)).toEqual([0, 1, 2, 3, 4, 5]);
      expect(recalled).toMatchObject({ query: 'two zebroids', stage: 'recall', total: 4 });
      expect(recalled).not.toHaveProperty('degraded');
      release();
      const [[second, whole] = [], [last, timings] = []] = events(await stream.rest());
      expect([second, last]).toEqual(['ranked', 'done']);
      expect(ids(whole)).toEqual([3, 2, 1, 0, 4, 5]);
      // The same as the plain answer.
      expect(whole).toEqual(await (await ask()).json());
      expect(timings).toMatchObject({ encode: expect.any(Number), rank: expect.any(Number) });
    },
  );

  it('is a line of JSON for each part on request', async () => {
    const { ask, release } = slow();
    const response = await ask({ headers: NDJSON });
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const stream = reading(response);
    const first = await stream.next();
    release();
    const lines = (first + (await stream.rest()))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ event }) => event)).toEqual(['recall', 'ranked', 'done']);
    expect(lines.slice(0, 2).map(({ answer: body }) => ids(body)[0])).toEqual([0, 3]);
    expect(lines[2]?.timings).toMatchObject({ rank: expect.any(Number) });
  });

  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/json, text/event-stream;q=0.9', 'application/json'],
    ['text/event-stream, application/json;q=0.9', 'text/event-stream; charset=utf-8'],
    ['text/html', 'application/json'],
  ])('is sent as the caller prefers: %s', async (accept, type) => {
    const { ask } = slow({}, false);
    const response = await ask({ headers: accept === undefined ? {} : { accept } });
    expect(response.headers.get('content-type')).toBe(type);
    await response.text();
  });

  it('is a problem with its status if it fails before the first part, and an event afterwards', async () => {
    const early = slow({ rerank: { encode: failing('encode_unavailable') } });
    const refused = await early.ask({ headers: SSE });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await problem(refused)).code).toBe('encode_unavailable');
    expect((await early.ask({ headers: SSE }, '/v1/search?q=')).status).toBe(400);

    const { ask, release, retrieve } = slow();
    const stream = reading(await ask({ headers: SSE }));
    await stream.next();
    retrieve.mockImplementation(failing('recall_unavailable'));
    release();
    const [[name, said] = []] = events(await stream.rest());
    expect(name).toBe('problem');
    expect(problemSchema.parse(said)).toMatchObject({ code: 'recall_unavailable', status: 503 });
    expect(JSON.stringify(said)).not.toContain('10.0.0.7');
  });

  it('says that it lacks the order, as the plain answer does', async () => {
    const { ask, fail } = slow();
    const stream = reading(await ask({ headers: SSE }));
    await stream.next();
    fail(new Error('gone'));
    const [[name, said] = []] = events(await stream.rest());
    expect([name, said]).toEqual([
      'ranked',
      expect.objectContaining({ degraded: expect.anything(), stage: 'recall' }),
    ]);
  });

  it('is shared by equal searches, also by those who come after its first part', async () => {
    const { ask, release, rank } = slow({ cache: {} });
    const first = reading(await ask({ headers: SSE }));
    const before = await first.next();
    const second = reading(await ask({ headers: SSE }));
    expect(await second.next()).toBe(before);
    release();
    expect(await first.rest()).toBe(await second.rest());
    expect(rank).toHaveBeenCalledTimes(1);
    // A kept answer has its order at once.
    const kept = await ask({ headers: SSE });
    expect(kept.headers.get('cache-status')).toContain('hit');
    expect(events(await kept.text()).map(([name]) => name)).toEqual(['ranked', 'done']);
    expect((await ask()).headers.get('cache-status')).toContain('hit');
  });

  it('ends with its caller', async () => {
    const { ask, rank } = slow({ cache: {} });
    const signals: (AbortSignal | undefined)[] = [];
    rank.mockImplementation((_request, call) => {
      signals.push(call?.signal);
      return new Promise((_, reject) =>
        call?.signal?.addEventListener('abort', () => reject(new Error('left'))),
      );
    });
    const stream = reading(await ask({ headers: SSE }));
    await stream.next();
    await stream.cancel();
    await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true));
    await Promise.all(background);
  });
});

describe('the search client', () => {
  const clientOf = ({ ask }: ReturnType<typeof slow>) =>
    createSearchClient({
      endpoint: 'https://search.example/v1/search',
      fetch: (address, init) => ask(init, new URL(address).pathname + new URL(address).search),
    });

  it.each([false, true])(
    "passes recall's order on and resolves with the ranked one; filter as JSON: %s",
    async (json) => {
      const parts = slow({ qdrant: { count: async () => 6 } });
      const recalled = vi.fn();
      const filter = json ? ({ field: 'year', eq: 2019 } as const) : undefined;
      parts.encode.mockImplementation(async () => ({
        ...(await edge().encode({ query: 'a' })),
        fields: {
          format: 'gsmn-index-schema',
          version: 1,
          fields: { year: { type: 'integer', list: false, public: true } },
          others: 'public',
        },
      }));
      const asked = clientOf(parts).search({ q: 'two zebroids', filter, onRecall: recalled });
      await vi.waitFor(() => expect(recalled).toHaveBeenCalledTimes(1));
      expect(ids(recalled.mock.calls[0]?.[0])).toEqual([0, 1, 2, 3, 4, 5]);
      parts.release();
      expect(ids(await asked)).toEqual([3, 2, 1, 0, 4, 5]);
    },
  );

  it('rejects with the problem, whenever it comes', async () => {
    const refused = clientOf(slow({ rerank: { encode: failing('encode_unavailable') } }));
    await expect(refused.search({ q: 'a', onRecall: () => {} })).rejects.toMatchObject({
      code: 'encode_unavailable',
      status: 503,
      retryAfter: 5,
    });
    const parts = slow();
    const onRecall = vi.fn();
    const asked = clientOf(parts).search({ q: 'a', onRecall });
    await vi.waitFor(() => expect(onRecall).toHaveBeenCalled());
    parts.retrieve.mockImplementation(failing('recall_unavailable'));
    parts.release();
    const rejected: unknown = await asked.catch((error: unknown) => error);
    expect(rejected).toBeInstanceOf(SearchProblem);
    expect(rejected).toMatchObject({ code: 'recall_unavailable', status: 503 });
  });

  it('takes the plain answer of a service that sends no events, and says if a stream breaks off', async () => {
    const onRecall = vi.fn();
    const text = (body: string, type: string) => async () =>
      new Response(body, { headers: { 'content-type': type } });
    const plain = JSON.stringify(await (await edge().app.request(SEARCH)).json());
    const searching = (fetch: () => Promise<Response>) =>
      createSearchClient({ endpoint: 'https://search.example/v1/search', fetch }).search({
        q: 'a',
        onRecall,
      });
    expect(ids(await searching(text(plain, 'application/json')))).toEqual([3, 2, 1, 0, 4, 5]);
    // Any line ends, comments, and fields that are not used.
    for (const end of ['\n', '\r\n', '\r']) {
      const lines = [
        ': hello',
        '',
        'id: 7',
        'event:ranked',
        `data:${plain}`,
        '',
        'event: done',
        'data: {}',
        '',
        '',
      ];
      expect(ids(await searching(text(lines.join(end), 'text/event-stream')))).toEqual([3, 2, 1, 0, 4, 5]);
    }
    expect(onRecall).not.toHaveBeenCalled();
    for (const cut of ['', 'event: ranked\ndata: {"hits"', `event: recall\ndata: ${plain}\n\n`]) {
      await expect(searching(text(cut, 'text/event-stream'))).rejects.toMatchObject({ code: 'unreachable' });
    }
    await expect(searching(text('event: ranked\ndata: {}\n\n', 'text/event-stream'))).rejects.toMatchObject({
      code: 'service_unknown',
    });
  });
});
