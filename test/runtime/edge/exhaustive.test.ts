import { describe, expect, it } from 'vitest';
import { searchResponseSchema } from '../../../shared/schema/index.ts';
import { failing, problem } from './answers.ts';
import { edge, encoded, GENERATION, payloadOf, ranked } from './fakes.ts';

type App = ReturnType<typeof edge>['app'];

function post(app: App, body: unknown, contentType = 'application/json') {
  return app.request('/v1/search', {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function found(app: App, changes: object = {}) {
  const response = await post(app, { q: 'two zebroids', exhaustive: true, ...changes });
  expect(response.status).toBe(200);
  return { response, body: searchResponseSchema.parse(await response.json()) };
}

describe('GET /v1/search, exhaustive', () => {
  it('is the same search as with POST', async () => {
    const { app, rank } = edge();
    const response = await app.request('/v1/search?q=two+zebroids&exhaustive=true&limit=3');
    const body = searchResponseSchema.parse(await response.json());
    expect(body).toMatchObject({ ranking: 'exhaustive', limit: 3 });
    expect(rank.mock.calls[0]?.[0]).toMatchObject({ candidates: 'all', offset: 0, limit: 3 });
    const plain = await app.request('/v1/search?q=two+zebroids&exhaustive=false');
    expect(searchResponseSchema.parse(await plain.json()).ranking).toBeUndefined();
  });
});

describe('POST /v1/search, exhaustive', () => {
  it("returns the reranker's page with payloads and evidence, without the database", async () => {
    const { app, encode, rank, retrieve, recall } = edge();
    const { response, body } = await found(app, { limit: 3, offset: 1 });
    expect(body).toMatchObject({
      query: 'two zebroids',
      generation: GENERATION,
      stage: 'rerank',
      ranking: 'exhaustive',
      limit: 3,
      offset: 1,
    });
    expect(body.degraded).toBeUndefined();
    expect(body.hits.map(({ id }) => id)).toEqual([8, 7, 6]);
    expect(body.hits[1]?.scores.fused).toBeCloseTo(7 + 0.5 * 0.2, 10);
    expect(body.hits[0]).toMatchObject({
      stage: 'rerank',
      image: { name: '8.png', url: '/images/8.png', width: 640, height: 480 },
      captions: ['caption 8'],
      metadata: { licence: 'CC0' },
    });
    expect(body.hits.every(({ evidence }) => evidence?.words[0]?.regions[0]?.box[2] === 0.5)).toBe(true);
    expect(encode).toHaveBeenCalledTimes(1);
    expect(rank.mock.calls).toMatchObject([
      [
        { query: 'two zebroids', generation: GENERATION, candidates: 'all', offset: 1, limit: 3 },
        { timeoutMs: 500 },
      ],
    ]);
    expect([recall.mock.calls, retrieve.mock.calls]).toEqual([[], []]);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('server-timing')).toMatch(/rank;dur=/);
  });

  it('pages through all images, up to an empty page', async () => {
    const { app } = edge();
    const pages = [];
    for (const offset of [0, 4, 8, 12]) pages.push((await found(app, { limit: 4, offset })).body);
    expect(pages.map(({ hits }) => hits.map(({ id }) => id))).toEqual([
      [9, 8, 7, 6],
      [5, 4, 3, 2],
      [1, 0],
      [],
    ]);
    expect(pages.every(({ stage, ranking }) => stage === 'rerank' && ranking === 'exhaustive')).toBe(true);
  });

  it("keeps the reranker's order of equal scores", async () => {
    const images = [3, 5, 8].map((id) => ({ id, score: 1, gsmn: 0.5, coarse: 0.5, payload: payloadOf(id) }));
    const { app } = edge({ rerank: { rank: async (request) => ranked(request, { images }) } });
    expect((await found(app)).body.hits.map(({ id }) => id)).toEqual([3, 5, 8]);
  });

  it('names the limit when it refuses a larger index', async () => {
    const said = 'the index has 40000 images, and exhaustive search compares at most 10000';
    const { app } = edge({ rerank: { rank: failing('request_too_large', said) } });
    const response = await post(app, { q: 'a', exhaustive: true });
    expect(response.status).toBe(413);
    expect(await problem(response)).toMatchObject({ code: 'request_too_large', detail: said });
  });

  it.each([
    ['rerank_unavailable', 503, 'rerank_unavailable'],
    ['unauthorized', 503, 'rerank_unavailable'],
    ['timeout', 504, 'timeout'],
    ['overloaded', 503, 'overloaded'],
    ['generation_missing', 503, 'generation_missing'],
    ['generation_stale', 503, 'generation_stale'],
  ] as const)('fails if the ranking fails with %s', async (code, status, said) => {
    const { app } = edge({ rerank: { rank: failing(code) } });
    const response = await post(app, { q: 'a', exhaustive: true });
    expect(response.status).toBe(status);
    const body = await problem(response);
    expect(body.code).toBe(said);
    expect(JSON.stringify(body)).not.toContain('10.0.0.7');
  });

  it('searches again if the reranker does not have the generation any more', async () => {
    const { app, encode, rank } = edge();
    encode.mockImplementationOnce(async () => encoded({ generation: 'old' }));
    rank.mockImplementationOnce(failing('generation_stale'));
    expect((await found(app, { limit: 2 })).body).toMatchObject({
      generation: GENERATION,
      hits: [{ id: 9 }, { id: 8 }],
    });
    expect(rank.mock.calls.map(([{ generation }]) => generation)).toEqual(['old', GENERATION]);
  });

  it('keeps the order if only the evidence is missing', async () => {
    const { app } = edge({ rerank: { rank: async (request) => ranked(request, { evidence: 'late' }) } });
    const { response, body } = await found(app, { limit: 1 });
    expect(body.hits[0]).toMatchObject({ id: 9, stage: 'rerank' });
    expect(body.degraded?.code).toBe('timeout');
    expect(response.headers.get('x-search-degraded')).toBe('timeout');
  });
});

describe('POST /v1/search', () => {
  it('is the same as GET if it is not exhaustive', async () => {
    const { app, rank } = edge();
    const got = await (await app.request('/v1/search?q=two%20zebroids&limit=3&offset=1')).json();
    const posted = await post(app, { q: ' two zebroids ', limit: 3, offset: 1 });
    expect(posted.headers.get('cache-control')).toBe('no-store');
    expect(await posted.json()).toEqual(got);
    expect(rank.mock.calls.filter(([{ candidates }]) => candidates === 'all')).toEqual([]);
  });

  it.each([
    ['nothing', '', 'request_invalid'],
    ['no JSON', '{"q":', 'request_invalid'],
    ['a list', '[]', 'request_invalid'],
    ['no sentence', {}, 'query_empty'],
    ['blanks', { q: '  ' }, 'query_empty'],
    ['a number', { q: 5 }, 'request_invalid'],
    ['nothing', { q: null }, 'request_invalid'],
    ['a long sentence', { q: 'a'.repeat(501) }, 'query_too_long'],
    ['too many hits', { q: 'a', limit: 101 }, 'request_invalid'],
    ['a number in quotes', { q: 'a', limit: '5' }, 'request_invalid'],
    ['a page too far behind', { q: 'a', offset: 1001 }, 'request_invalid'],
    ['an exhaustive that is not a boolean', { q: 'a', exhaustive: 'yes' }, 'request_invalid'],
    ['q and queries', { q: 'a', queries: [{ q: 'b' }] }, 'request_invalid'],
    ['a negative weight', { queries: [{ q: 'a' }, { q: 'b', weight: -1 }] }, 'request_invalid'],
    ['a denial that is no list', { q: 'a', not: 'b' }, 'request_invalid'],
    ['nine denials', { q: 'a', not: Array.from({ length: 9 }, () => 'b') }, 'request_invalid'],
    ['an unknown field', { q: 'a', exhaustive: true, filter: { must: [] } }, 'request_invalid'],
  ])('refuses %s before any service is called', async (_, body, code) => {
    const { app, encode } = edge();
    const response = await post(app, body);
    expect([response.status, (await problem(response)).code]).toEqual([400, code]);
    expect(encode).not.toHaveBeenCalled();
  });

  it.each([
    ['{"q":"a","collapse":true,"collapse":false}', 'collapse'],
    ['{"q":"a","limit":1,"limit":1}', 'limit'],
    ['{"q":"a","\\u006fffset":1,"offset":2}', 'offset'],
    ['{"q":"a","exhaustive":false,"exhaustive":true}', 'exhaustive'],
    ['{"q":"a","filter":[{"must":1,"must":2}]}', 'filter.0.must'],
  ])('refuses %s, in the words of GET', async (body, name) => {
    const { app, encode } = edge();
    const response = await post(app, body);
    expect(response.status).toBe(400);
    const { requestId: _, ...said } = await problem(response);
    expect(said.detail).toBe(`${name} is given more than once.`);
    expect(encode).not.toHaveBeenCalled();
    if (name.includes('.')) return;
    const got = await app.request(`/v1/search?q=a&${name}=1&${name}=1`);
    expect(await problem(got)).toMatchObject(said);
  });

  it('names unknown fields, and the form of a body', async () => {
    const { app } = edge();
    expect((await problem(await post(app, { q: 'a', filter: {} }))).detail).toContain('filter');
    expect((await problem(await post(app, 'q=a', 'text/plain'))).hint).toContain('application/json');
    const large = await post(app, { q: 'a', padding: 'x'.repeat(20_000) });
    expect([large.status, (await problem(large)).code]).toEqual([413, 'request_too_large']);
  });

  it('is allowed from pages of other origins, and is described', async () => {
    const { app } = edge();
    const preflight = await app.request('/v1/search', {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Content-Type');
    const document = (await (await app.request('/openapi.json')).json()) as {
      paths: Record<string, { post: { responses: object; requestBody: { content: object } } }>;
      components: { schemas: Record<string, object> };
    };
    const { post: described } = document.paths['/v1/search'] ?? {};
    expect(Object.keys(described?.responses ?? {})).toEqual([
      '200',
      '400',
      '401',
      '403',
      '413',
      '415',
      '429',
      '503',
      '504',
    ]);
    expect(Object.keys(described?.requestBody.content ?? {})).toEqual(['application/json']);
    expect(document.components.schemas.SearchRequest).toMatchObject({ additionalProperties: false });
    const page = await (await app.request('/docs')).text();
    expect(page).toContain('POST /v1/search');
    expect(page).toContain('SearchRequest');
  });
});
