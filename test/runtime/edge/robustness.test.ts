import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  problemSchema,
  RANK_LIMITS,
  SEARCH_LIMITS,
  searchResponseSchema,
} from '../../../shared/schema/index.ts';
import { createRerankClient } from '../../../workers/clients/index.ts';
import { edge, encoded } from './fakes.ts';

/** Values of a parameter: senseless, nearly valid, and valid ones. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '1e3',
    '-1',
    '1.5',
    '0x10',
    'NaN',
    'Infinity',
    '٣',
    '999999999999999999999',
    'null',
  ),
  fc.integer().map(String),
  fc.nat({ max: 120 }).map(String),
);
/** Raw query strings, including meaningless percent signs. */
const raw = fc.string({
  unit: fc.constantFrom('q', 'limit', 'offset', '=', '&', '%', '%zz', '%f0', '+', '[]', 'a', '1'),
});
const headerValue = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 300,
});
const headers = fc.dictionary(
  fc.constantFrom(
    'accept',
    'origin',
    'x-request-id',
    'if-none-match',
    'cf-connecting-ip',
    'content-type',
    'cookie',
  ),
  headerValue,
);

/** Every answer is a search result or a problem that names the error, and reports its time. */
async function expectAnswer(response: Response): Promise<void> {
  expect(response.headers.get('server-timing')).toContain('total;dur=');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('x-request-id')).toMatch(/^[\w=-]{1,100}$/);
  if (response.status === 200) {
    searchResponseSchema.parse(await response.json());
    return;
  }
  expect(response.status).toBe(400);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const { code, hint, status } = problemSchema.parse(await response.json());
  expect(status).toBe(400);
  expect(['query_empty', 'query_too_long', 'request_invalid']).toContain(code);
  expect(hint).toBeTruthy();
}

describe('any request', () => {
  it('gets hits or a problem, with any parameters', async () => {
    const { app } = edge();
    await fc.assert(
      fc.asyncProperty(
        fc.record({ q: text, limit: text, offset: text }, { requiredKeys: [] }),
        async (parameters) =>
          expectAnswer(
            await app.request(`/v1/search?${new URLSearchParams(parameters as Record<string, string>)}`),
          ),
      ),
    );
  });

  it('… with any query string', async () => {
    const { app } = edge();
    await fc.assert(
      fc.asyncProperty(raw, async (query) => expectAnswer(await app.request(`/v1/search?${query}`))),
    );
  });

  it('… with any headers', async () => {
    const { app } = edge();
    await fc.assert(
      fc.asyncProperty(headers, async (fields) =>
        expectAnswer(await app.request('/v1/search?q=a', { headers: fields })),
      ),
    );
  });

  it('never requests more from a service than the limits allow', async () => {
    const { app, recall, encode, rank } = edge();
    await fc.assert(
      fc.asyncProperty(text, text, text, async (q, limit, offset) => {
        await app.request(`/v1/search?${new URLSearchParams({ q, limit, offset })}`);
      }),
    );
    for (const [, , count] of recall.mock.calls) {
      expect(count).toBeLessThanOrEqual(SEARCH_LIMITS.limit + SEARCH_LIMITS.offset);
    }
    for (const [{ candidates, limit, offset = 0 }] of rank.mock.calls) {
      expect(candidates.length).toBeLessThanOrEqual(RANK_LIMITS.shortlist);
      expect(limit).toBeLessThanOrEqual(RANK_LIMITS.page);
      expect(offset + limit).toBeLessThanOrEqual(RANK_LIMITS.depth);
    }
    for (const [{ query }] of encode.mock.calls) {
      expect(query.length).toBeGreaterThan(0);
      expect(query.length).toBeLessThanOrEqual(SEARCH_LIMITS.queryCharacters);
    }
  });

  it.each([
    ['a query of a hundred thousand characters', `q=${'a'.repeat(100_000)}`, 'query_too_long'],
    ['five queries', 'q=a&q=b&q=c&q=d&q=e', 'request_invalid'],
    ['a weight for no sentence', 'q=a&q=b&weights=1', 'request_invalid'],
    ['a weight of nothing', 'q=a&q=b&weights=1,0', 'request_invalid'],
    ['nine denials', `q=a&${'not=b&'.repeat(9)}`, 'request_invalid'],
    ['a denial without a word', 'q=a&not=', 'request_invalid'],
    ['a generation that is none', 'q=a&generation=new', 'request_invalid'],
    ['a limit given twice', 'q=a&limit=1&limit=2', 'request_invalid'],
    ['an unknown name', 'q=a&limitt=1', 'request_invalid'],
    ['an invalid value of exhaustive', 'q=a&exhaustive=1', 'request_invalid'],
    ['percent sequences that are not UTF-8', 'q=a%FF%FEdog', 'request_invalid'],
    ['a percent sign without a sequence', 'q=100%', 'request_invalid'],
    ['a value without a name', 'q=a&=year>2019', 'request_invalid'],
    ['a query of only white space', 'q=%E2%80%83%09%0A%C2%A0', 'query_empty'],
  ])('refuses %s', async (_, query, code) => {
    const { app, encode } = edge();
    const response = await app.request(`/v1/search?${query}`);
    expect(problemSchema.parse(await response.json()).code).toBe(code);
    expect(encode).not.toHaveBeenCalled();
  });

  it.each([
    ['/v1/search?q=a', 'PUT', 'GET, HEAD, POST'],
    ['/v1/search?q=a', 'DELETE', 'GET, HEAD, POST'],
    ['/v1/parse?q=a', 'POST', 'GET, HEAD'],
    ['/', 'PUT', 'GET, HEAD'],
    ['/widget.js', 'DELETE', 'GET, HEAD'],
    ['/openapi.json', 'PATCH', 'GET, HEAD'],
    ['/healthz', 'POST', 'GET, HEAD'],
  ])('refuses %s for %s, and lists the allowed methods', async (path, method, allow) => {
    const response = await edge().app.request(path, { method, body: method === 'DELETE' ? null : 'x' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    const problem = problemSchema.parse(await response.json());
    expect(problem).toMatchObject({ code: 'method_not_allowed', detail: expect.stringContaining(method) });
  });

  it.each(['0x10', '1e1', '+5', '5.0', ' 5', '5 ', '', '-1', '0', '101', '9'.repeat(30)])(
    'refuses "%s" as a limit',
    async (limit) => {
      const response = await edge().app.request(`/v1/search?q=a&limit=${encodeURIComponent(limit)}`);
      expect(response.status).toBe(400);
      expect(problemSchema.parse(await response.json())).toMatchObject({
        code: 'request_invalid',
        detail: expect.stringContaining('limit'),
      });
    },
  );

  it('refuses names that a parse does not have', async () => {
    const response = await edge().app.request('/v1/parse?q=a&x=1');
    expect([response.status, problemSchema.parse(await response.json()).code]).toEqual([
      400,
      'request_invalid',
    ]);
  });

  const utf8 = (body: string) => new TextEncoder().encode(body);
  it.each<[string, BodyInit, number, string]>([
    ['is no UTF-8', Uint8Array.of(...utf8('{"q":"a'), 0xff, 0xfe, ...utf8('dog"}')), 400, 'request_invalid'],
    ['ends within a character', Uint8Array.of(...utf8('{"q":"a'), 0xc3), 400, 'request_invalid'],
    ['has half of a character', '{"q":"a \\ud800 dog"}', 400, 'request_invalid'],
    [
      'breaks off',
      new ReadableStream({ start: (stream) => stream.error(new Error('Network connection lost')) }),
      400,
      'request_invalid',
    ],
  ])('refuses a body that %s', async (_what, body, status, code) => {
    const init = {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
      ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    };
    const response = await edge().app.request('/v1/search', init);
    const problem = problemSchema.parse(await response.json());
    expect([response.status, problem.code]).toEqual([status, code]);
    expect(problem.hint).toBeTruthy();
  });

  it.each([
    ['application/json;', 415],
    ['text/plain', 415],
    ['application/json; charset=utf-8', 200],
  ])('takes a body declared as %s: %i', async (type, status) => {
    const response = await edge().app.request('/v1/search', {
      method: 'POST',
      body: '{"q":"a"}',
      headers: { 'content-type': type },
    });
    expect(response.status).toBe(status);
  });

  it('answers HEAD like GET, without a body', async () => {
    const response = await edge().app.request('/v1/search?q=a', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-search-stage')).toBe('rerank');
    expect(await response.text()).toBe('');
  });

  it('lets pages of any origin read problems as well', async () => {
    const response = await edge().app.request('/v1/search', { headers: { origin: 'https://shop.example' } });
    expect(response.status).toBe(400);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    const exposed = response.headers.get('access-control-expose-headers')?.split(',') ?? [];
    expect(exposed).toEqual(
      expect.arrayContaining(['Age', 'Cache-Status', 'ETag', 'Retry-After', 'Server-Timing', 'X-Request-Id']),
    );
  });
});

describe('with the real client of the rerank service', () => {
  const answering = (fetch: typeof globalThis.fetch) => {
    const client = createRerankClient({ url: 'http://rerank.example', backoffMs: 1, fetch });
    return edge({ rerank: { ...client, encode: async () => encoded() }, rerankMs: 30 }).app;
  };

  it.each([
    ['refuses connections', () => Promise.reject(new TypeError('connection refused')), 'rerank_unavailable'],
    ['never responds', () => new Promise<Response>(() => {}), 'timeout'],
    ['answers 502', async () => new Response('<h1>Bad gateway</h1>', { status: 502 }), 'rerank_unavailable'],
    ['returns a page', async () => new Response('<html>'), 'rerank_unavailable'],
    ['returns something else', async () => Response.json({ images: 'none' }), 'rerank_unavailable'],
    [
      'has no generation',
      async () => Response.json({ code: 'generation_missing', detail: 'gone' }, { status: 503 }),
      'rerank_unavailable',
    ],
  ] as const)('gives the coarse order if it %s', async (_, fetch, code) => {
    const response = await answering(fetch).request('/v1/search?q=a');
    const body = searchResponseSchema.parse(await response.json());
    expect(body).toMatchObject({ stage: 'recall', degraded: { code } });
    expect(body.hits.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(response.headers.get('server-timing')).toContain('rank;dur=');
  });
});
