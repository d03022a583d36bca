import { describe, expect, it, vi } from 'vitest';
import { createRerankClient, type RerankClientOptions } from './rerank-client.ts';

const ENCODED = {
  generation: 'g',
  collection: 'c',
  ranking: { shortlist: 5, coarseWeight: 0.5 },
  coarse: [0.6, 0.8],
  words: [],
};

function client(answer: () => Response, changes: Partial<RerankClientOptions> = {}) {
  const fetch = vi.fn<typeof globalThis.fetch>(async () => answer());
  const rerank = createRerankClient({ url: 'http://rerank.example/base', fetch, retries: 0, ...changes });
  return { fetch, rerank };
}

const problem = (status: number, code: string) => () =>
  Response.json(
    { type: 'x', title: 'x', status, detail: 'what happened', code, hint: 'mend it' },
    { status },
  );

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

  it('sends no token where there is none', async () => {
    const { fetch, rerank } = client(() => Response.json(ENCODED));
    await rerank.encode({ query: 'a' });
    expect(fetch.mock.calls[0]?.[1]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    [400, 'query_empty', 'query_empty'],
    [400, 'query_too_long', 'query_too_long'],
    [409, 'generation_missing', 'generation_missing'],
    [413, 'request_too_large', 'request_too_large'],
    [503, 'overloaded', 'overloaded'],
    [503, 'encode_unavailable', 'encode_unavailable'],
    [500, 'checksum_mismatch', 'encode_unavailable'],
    [504, 'timeout', 'encode_unavailable'],
    [401, 'unauthorized', 'unauthorized'],
  ])('takes an answer %i %s as %s', async (status, said, code) => {
    const { rerank } = client(problem(status, said));
    await expect(rerank.encode({ query: 'a' })).rejects.toMatchObject({ code });
  });

  it.each([
    ['a page of a proxy', () => new Response('<h1>502</h1>', { status: 502 })],
    ['an error without a body', () => new Response(null, { status: 500 })],
    ['something that is not JSON', () => new Response('hello')],
    ['another JSON', () => Response.json({ generation: 5 })],
    ['a problem of a code that nobody knows', problem(400, 'moon_phase')],
  ])('takes %s as a service that is not available', async (_, answer) => {
    const { rerank } = client(answer);
    await expect(rerank.encode({ query: 'a' })).rejects.toMatchObject({ code: 'encode_unavailable' });
    await expect(rerank.rerank({ query: 'a', generation: 'g', ids: [1] })).rejects.toMatchObject({
      code: 'rerank_unavailable',
    });
  });

  it('takes too many requests as overload, whoever says so', async () => {
    const { rerank } = client(() => new Response('slow down', { status: 429 }));
    await expect(rerank.encode({ query: 'a' })).rejects.toMatchObject({ code: 'overloaded' });
  });

  it('says whom it cannot reach', async () => {
    const { rerank } = client(() => {
      throw new TypeError('connection refused');
    });
    await expect(rerank.rerank({ query: 'a', generation: 'g', ids: [1] })).rejects.toMatchObject({
      code: 'rerank_unavailable',
      message: expect.stringContaining('rerank.example'),
      hint: expect.stringContaining('RERANK_URL'),
    });
  });

  it('asks for a graph without letting a missing parser stand in the way of encoding', async () => {
    const fetch = vi.fn<typeof globalThis.fetch>(async (input) =>
      String(input instanceof Request ? input.url : input).endsWith('/v1/parse')
        ? problem(500, 'file_missing')()
        : Response.json(ENCODED),
    );
    const rerank = createRerankClient({ url: 'http://rerank.example', fetch, retries: 0 });
    for (let call = 0; call < 6; call++) {
      await expect(rerank.parse({ query: 'a' })).rejects.toMatchObject({ code: 'encode_unavailable' });
    }
    expect(fetch).toHaveBeenCalledTimes(5);
    await expect(rerank.encode({ query: 'a' })).resolves.toEqual(ENCODED);
  });

  it('keeps apart the failures of encoding and of reranking', async () => {
    let encodes = 0;
    const fetch = vi.fn<typeof globalThis.fetch>(async (input) => {
      if (String(input instanceof Request ? input.url : input).endsWith('/v1/rerank'))
        return problem(500, 'internal')();
      encodes++;
      return Response.json(ENCODED);
    });
    const rerank = createRerankClient({ url: 'http://rerank.example', fetch, retries: 0 });
    for (let call = 0; call < 6; call++) {
      await expect(rerank.rerank({ query: 'a', generation: 'g', ids: [1] })).rejects.toMatchObject({
        code: 'rerank_unavailable',
      });
    }
    // The circuit of reranking is open, that of encoding is not.
    expect(fetch).toHaveBeenCalledTimes(5);
    await rerank.encode({ query: 'a' });
    expect(encodes).toBe(1);
  });
});
