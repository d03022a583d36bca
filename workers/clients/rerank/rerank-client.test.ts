import { describe, expect, it, vi } from 'vitest';
import { createRerankClient, type RerankClientOptions } from './rerank-client.ts';

const ENCODED = {
  generation: 'g',
  collection: 'c',
  images: 7,
  ranking: { shortlist: 5, coarseWeight: 0.5 },
  coarse: [0.6, 0.8],
  words: [],
};

const RANKED = {
  generation: 'g',
  active: 'g',
  backend: 'simd',
  compared: 2,
  images: [{ id: 1, score: 2, gsmn: 1.5, coarse: 0.5 }],
  evidence: 'complete',
  took: { match: 1, evidence: 1 },
};
const SHORTLIST = { query: 'a', generation: 'g', candidates: [[1, 0.5]] as [number, number][], limit: 1 };
const EVERYTHING = { ...SHORTLIST, candidates: 'all' as const };

/** The path that a call of `fetch` asks for. */
const pathOf = (input: Parameters<typeof globalThis.fetch>[0]) =>
  new URL(input instanceof Request ? input.url : input).pathname;

function client(answer: () => Response, changes: Partial<RerankClientOptions> = {}) {
  const fetch = vi.fn<typeof globalThis.fetch>(async () => answer());
  const rerank = createRerankClient({ url: 'http://rerank.example/base', fetch, retries: 0, ...changes });
  return { fetch, rerank };
}

const problem = (status: number, code: string) => () =>
  Response.json({ type: 'x', title: 'x', status, detail: 'what happened', code, hint: 'fix it' }, { status });

describe('the rerank client', () => {
  it('sends the request below its address, with token and request id', async () => {
    const { fetch, rerank } = client(() => Response.json(ENCODED), { token: 'secret' });
    expect(await rerank.encode({ query: 'two dogs' }, { requestId: 'r-1' })).toEqual(ENCODED);
    const [url, init] = fetch.mock.calls[0] ?? [];
    expect(url).toEqual(new URL('http://rerank.example/base/v1/encode'));
    expect(init).toMatchObject({
      method: 'POST',
      body: '{"query":"two dogs"}',
      headers: { authorization: 'Bearer secret', 'x-request-id': 'r-1' },
    });
  });

  it('sends no token if there is none', async () => {
    const { fetch, rerank } = client(() => Response.json(ENCODED));
    await rerank.encode({ query: 'a' });
    expect(fetch.mock.calls[0]?.[1]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    [400, 'query_empty', 'query_empty'],
    [400, 'query_too_long', 'query_too_long'],
    [503, 'generation_missing', 'generation_missing'],
    [409, 'generation_stale', 'generation_stale'],
    [413, 'request_too_large', 'request_too_large'],
    [503, 'overloaded', 'overloaded'],
    [503, 'encode_unavailable', 'encode_unavailable'],
    [500, 'checksum_mismatch', 'internal'],
    [504, 'timeout', 'encode_unavailable'],
    [401, 'unauthorized', 'unauthorized'],
  ])('maps a response %i %s to %s', async (status, said, code) => {
    const { rerank } = client(problem(status, said));
    await expect(rerank.encode({ query: 'a' })).rejects.toMatchObject({ code });
  });

  it.each([
    ['a page of a proxy', () => new Response('<h1>502</h1>', { status: 502 })],
    ['an error without a body', () => new Response(null, { status: 500 })],
    ['something that is not JSON', () => new Response('hello')],
    ['another JSON', () => Response.json({ generation: 5 })],
    ['a problem with an unknown code', problem(400, 'moon_phase')],
  ])('maps %s to an unavailable service', async (_, answer) => {
    const { rerank } = client(answer);
    await expect(rerank.encode({ query: 'a' })).rejects.toMatchObject({ code: 'encode_unavailable' });
    await expect(rerank.rank(SHORTLIST)).rejects.toMatchObject({
      code: 'rerank_unavailable',
    });
  });

  it('maps too many requests to overload, from the service or a proxy', async () => {
    const { rerank } = client(() => new Response('slow down', { status: 429 }));
    await expect(rerank.encode({ query: 'a' })).rejects.toMatchObject({ code: 'overloaded' });
  });

  it('names the host that it cannot reach', async () => {
    const { rerank } = client(() => {
      throw new TypeError('connection refused');
    });
    await expect(rerank.rank(SHORTLIST)).rejects.toMatchObject({
      code: 'rerank_unavailable',
      message: expect.stringContaining('rerank.example'),
      hint: expect.stringContaining('RERANK_URL'),
    });
  });

  it('neither repeats an internal error of the service nor counts it in the circuit', async () => {
    const { fetch, rerank } = client(problem(500, 'shape_mismatch'), { retries: 1, backoffMs: 1 });
    for (let call = 0; call < 20; call++) {
      await expect(rerank.rank(SHORTLIST)).rejects.toMatchObject({ code: 'internal' });
    }
    expect(fetch).toHaveBeenCalledTimes(20);
  });

  it('requests a parse, and a missing parser does not affect encoding', async () => {
    const fetch = vi.fn<typeof globalThis.fetch>(async (input) =>
      pathOf(input) === '/v1/parse' ? problem(503, 'encode_unavailable')() : Response.json(ENCODED),
    );
    const rerank = createRerankClient({ url: 'http://rerank.example', fetch, retries: 0 });
    for (let call = 0; call < 6; call++) {
      await expect(rerank.parse({ query: 'a' })).rejects.toMatchObject({ code: 'encode_unavailable' });
    }
    expect(fetch).toHaveBeenCalledTimes(5);
    await expect(rerank.encode({ query: 'a' })).resolves.toEqual(ENCODED);
  });

  it('counts failures of encoding and of ranking separately', async () => {
    let encodes = 0;
    const fetch = vi.fn<typeof globalThis.fetch>(async (input) => {
      if (pathOf(input) === '/v1/rank') return problem(503, 'rerank_unavailable')();
      encodes++;
      return Response.json(ENCODED);
    });
    const rerank = createRerankClient({ url: 'http://rerank.example', fetch, retries: 0 });
    for (let call = 0; call < 6; call++) {
      await expect(rerank.rank(SHORTLIST)).rejects.toMatchObject({
        code: 'rerank_unavailable',
      });
    }
    // The circuit of ranking is open, that of encoding is not.
    expect(fetch).toHaveBeenCalledTimes(5);
    await rerank.encode({ query: 'a' });
    expect(encodes).toBe(1);
  });

  it('ranks a shortlist, or every image with a separate circuit', async () => {
    const { fetch, rerank } = client(() => Response.json(RANKED));
    expect(await rerank.rank(SHORTLIST)).toEqual(RANKED);
    expect(fetch.mock.calls[0]?.[1]?.body).toBe(JSON.stringify(SHORTLIST));
    fetch.mockImplementation(async (_, init) =>
      init?.body === JSON.stringify(EVERYTHING)
        ? problem(503, 'rerank_unavailable')()
        : Response.json(RANKED),
    );
    for (let call = 0; call < 6; call++) {
      await expect(rerank.rank(EVERYTHING)).rejects.toMatchObject({ code: 'rerank_unavailable' });
    }
    // Failures of large work do not count for shortlists.
    expect(fetch).toHaveBeenCalledTimes(1 + 5);
    expect(await rerank.rank(SHORTLIST)).toEqual(RANKED);
  });

  it('does not repeat large work, and repeats small work at most once', async () => {
    const { fetch, rerank } = client(problem(503, 'overloaded'), { retries: 1, backoffMs: 1 });
    await expect(rerank.rank(EVERYTHING)).rejects.toMatchObject({ code: 'overloaded' });
    await expect(rerank.queryModel('g', 1000)).rejects.toMatchObject({ code: 'overloaded' });
    expect(fetch).toHaveBeenCalledTimes(2);
    await expect(rerank.rank(SHORTLIST)).rejects.toMatchObject({ code: 'overloaded' });
    expect(fetch).toHaveBeenCalledTimes(4);
  });

  it('sends the remaining time, less with every attempt', async () => {
    const { fetch, rerank } = client(problem(503, 'overloaded'), { retries: 1, backoffMs: 20 });
    await expect(rerank.rank(SHORTLIST, { timeoutMs: 5000 })).rejects.toMatchObject({ code: 'overloaded' });
    const [first = 0, second = 0] = fetch.mock.calls.map(([, init]) =>
      Number(new Headers(init?.headers).get('x-timeout-ms')),
    );
    expect(first).toBeGreaterThan(4500);
    expect(first).toBeLessThanOrEqual(5000);
    expect(second).toBeLessThan(first);
    expect(Number.isInteger(first) && Number.isInteger(second)).toBe(true);
  });

  it('passes evidence on without checking it', async () => {
    const images = [{ ...RANKED.images[0], evidence: { words: ['any evidence'], boxes: [] } }];
    const { rerank } = client(() => Response.json({ ...RANKED, images }));
    expect((await rerank.rank(SHORTLIST)).images).toEqual(images);
  });

  it('loads a query model as bytes, with the token', async () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const { fetch, rerank } = client(() => new Response(bytes, { headers: { 'content-length': '3' } }), {
      token: 'secret',
    });
    expect(await rerank.queryModel('a/b', 3, { requestId: 'r-2' })).toEqual(bytes);
    const [url, init] = fetch.mock.calls[0] ?? [];
    expect(url).toEqual(new URL('http://rerank.example/base/v1/generations/a%2Fb/query-model'));
    expect(new Headers(init?.headers).get('authorization')).toBe('Bearer secret');
    expect(new Headers(init?.headers).get('x-request-id')).toBe('r-2');
    expect(init?.body).toBeUndefined();
  });

  /** A body of chunks of two bytes each, which reports how many were read. */
  function inPieces(pieces: number, fails = false) {
    const seen = { taken: 0, cancelled: false };
    const body = new ReadableStream({
      type: 'bytes',
      pull: (controller) => {
        if (fails && seen.taken === 2) return controller.error(new TypeError('terminated'));
        controller.enqueue(Uint8Array.of(seen.taken, seen.taken));
        if (++seen.taken === pieces) controller.close();
      },
      cancel: () => {
        seen.cancelled = true;
      },
    });
    return { seen, body };
  }

  it.each([
    ['in chunks, of known size', { 'content-length': '6' }],
    ['in chunks, of unknown size', {}],
    ['compressed, so that its length differs', { 'content-length': '4', 'content-encoding': 'gzip' }],
  ])('loads a query model %s', async (_, headers: HeadersInit) => {
    const { rerank } = client(() => new Response(inPieces(3).body, { headers }));
    expect(await rerank.queryModel('g', 6)).toEqual(Uint8Array.of(0, 0, 1, 1, 2, 2));
  });

  it.each([
    ['has a length', { 'content-length': '200' }],
    ['has no length', {}],
    ['has a wrong length', { 'content-length': '3', 'content-encoding': 'gzip' }],
  ])('does not load a query model that is too large and %s', async (_, headers: HeadersInit) => {
    const { seen, body } = inPieces(100);
    const { rerank } = client(() => new Response(body, { headers }));
    await expect(rerank.queryModel('g', 5)).rejects.toMatchObject({ code: 'request_too_large' });
    expect(seen.cancelled).toBe(true);
    expect(seen.taken).toBeLessThan(10);
  });

  it.each([
    ['of known size that ends early', { 'content-length': '6' }, true],
    ['of unknown size that fails', {}, true],
    ['that is shorter than its length', { 'content-length': '7' }, false],
  ])('maps a query model %s to an unavailable service', async (_, headers: HeadersInit, fails) => {
    const { rerank } = client(() => new Response(inPieces(3, fails).body, { headers }));
    await expect(rerank.queryModel('g', 10)).rejects.toMatchObject({ code: 'encode_unavailable' });
  });

  it.each([
    [409, 'generation_stale', 'generation_stale'],
    [404, 'not_found', 'encode_unavailable'],
    [500, 'file_missing', 'internal'],
  ])('maps %i %s for a query model to %s', async (status, said, code) => {
    const { rerank } = client(problem(status, said));
    await expect(rerank.queryModel('g', 10)).rejects.toMatchObject({ code });
  });
});
