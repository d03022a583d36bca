import { describe, expect, it } from 'vitest';
import { parseResponseSchema } from '../../../shared/schema/index.ts';
import { createRerankClient } from '../../../workers/clients/index.ts';
import { failing, problem } from './answers.ts';
import { edge, parsed } from './fakes.ts';

const PARSE = '/v1/parse?q=two%20zebroids';

describe('GET /v1/parse', () => {
  it("returns the reranker's parse, and can be cached", async () => {
    const { app, parse } = edge();
    const response = await app.request('/v1/parse?q=%20two%20zebroids%20', {
      headers: { 'x-request-id': 'abc-123' },
    });
    expect(response.status).toBe(200);
    expect(parseResponseSchema.strict().parse(await response.json())).toEqual(parsed());
    expect(response.headers.get('cache-control')).toBe('public, max-age=60');
    expect(response.headers.get('server-timing')).toContain('parse;dur=');
    const [request, call] = parse.mock.calls[0] ?? [];
    expect(request).toEqual({ query: 'two zebroids' });
    expect(call).toMatchObject({ requestId: 'abc-123', timeoutMs: 1000 });
    expect(call?.signal).toBeInstanceOf(AbortSignal);
  });

  it('can be read by pages of other origins', async () => {
    const response = await edge().app.request(PARSE, { headers: { origin: 'https://shop.example' } });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  it.each([
    ['encode_unavailable', 503, 'encode_unavailable'],
    ['unauthorized', 503, 'encode_unavailable'],
    ['not_found', 503, 'encode_unavailable'],
    ['request_invalid', 503, 'encode_unavailable'],
    ['file_missing', 503, 'encode_unavailable'],
    ['timeout', 504, 'timeout'],
    ['overloaded', 503, 'overloaded'],
    ['generation_missing', 503, 'generation_missing'],
    ['query_too_long', 400, 'query_too_long'],
    ['query_empty', 400, 'query_empty'],
  ] as const)('when parsing fails with %s, the status is %i', async (code, status, said) => {
    const { app, log } = edge({ rerank: { parse: failing(code) } });
    const response = await app.request(PARSE);
    expect(response.status).toBe(status);
    const body = await problem(response);
    expect(body.code).toBe(said);
    if (status < 500) return;
    expect(JSON.stringify(body)).not.toContain('10.0.0.7');
    expect(JSON.stringify(log.mock.calls)).toContain('10.0.0.7');
  });

  it.each([
    ['', 'query_empty'],
    ['?q=', 'query_empty'],
    ['?q=%20', 'query_empty'],
    [`?q=${'a'.repeat(501)}`, 'query_too_long'],
    ['?q=a&q=b', 'request_invalid'],
  ])('refuses %s with %s before the service is asked', async (query, code) => {
    const { app, parse } = edge();
    const response = await app.request(`/v1/parse${query}`);
    expect(response.status).toBe(400);
    expect((await problem(response)).code).toBe(code);
    expect(parse).not.toHaveBeenCalled();
  });

  it('is limited like the search', async () => {
    const { app, parse } = edge({ rateLimiter: { limit: async () => ({ success: false }) } });
    const response = await app.request(PARSE);
    expect(response.status).toBe(429);
    expect((await problem(response)).code).toBe('rate_limited');
    expect(parse).not.toHaveBeenCalled();
  });

  it('returns only the fields of its description', async () => {
    const [first, ...others] = parsed().words;
    const answer = { ...parsed(), backend: 'simd', words: [{ ...first, logits: [1, 2] }, ...others] };
    const client = createRerankClient({
      url: 'http://rerank.example',
      fetch: async () => Response.json(answer),
    });
    const response = await edge({ rerank: client }).app.request(PARSE);
    expect(await response.json()).toEqual(parsed());
  });

  it('is described', async () => {
    const response = await edge().app.request('/openapi.json');
    const { paths, components } = (await response.json()) as {
      paths: Record<string, { get: { parameters: { name: string }[]; responses: object } }>;
      components: { schemas: Record<string, object> };
    };
    expect(paths['/v1/parse']?.get.parameters.map(({ name }) => name)).toEqual(['q']);
    expect(Object.keys(paths['/v1/parse']?.get.responses ?? {})).toEqual([
      '200',
      '304',
      '400',
      '401',
      '403',
      '429',
      '503',
      '504',
    ]);
    expect(components.schemas).toHaveProperty('ParseResponse');
    expect(await (await edge().app.request('/docs')).text()).toContain('/v1/parse');
  });
});

describe('/explain', () => {
  it('serves page and script with a strict policy', async () => {
    const { app } = edge({ page: { examples: 'a "red" ball || two' } });
    const response = await app.request('/explain?q=a');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).not.toContain('unsafe');
    const html = await response.text();
    expect(html).toContain('<script type="module" src="/explain.js">');
    expect(html).toContain('<gsmn-graph endpoint="/v1/parse" search="/"');
    expect(html).toContain('examples="a &quot;red&quot; ball || two"');
    expect(html).toContain('href="/"');
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/);
    const script = await app.request('/explain.js');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(await script.text()).toBe('customElements; //explain');
  });

  it('is linked from the search page', async () => {
    expect(await (await edge().app.request('/')).text()).toContain('explain="/explain"');
  });
});
