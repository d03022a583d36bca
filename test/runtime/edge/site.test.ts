import { describe, expect, it } from 'vitest';
import { VERSION } from '../../../shared/http/index.ts';
import { problemSchema } from '../../../shared/schema/index.ts';
import { edge } from './fakes.ts';

describe('what the worker serves besides the search', () => {
  it('serves the page with a strict policy', async () => {
    const response = await edge().app.request('/');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const html = await response.text();
    expect(html).toContain('<gsmn-search');
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=/);
  });

  it('shows the note about the images and the sentences to try, as text', async () => {
    const page = { examples: 'a "red" ball | a <b>box</b> || two', note: 'Ours & <script>yours</script>' };
    const html = await (await edge({ page }).app.request('/')).text();
    expect(html).toContain('examples="a &quot;red&quot; ball | a &lt;b&gt;box&lt;/b&gt; || two"');
    expect(html).toContain('placeholder="a &quot;red&quot; ball"');
    expect(html).toContain('Ours &amp; &lt;script&gt;yours');
    expect(await (await edge().app.request('/')).text()).not.toMatch(/examples=|placeholder=|class="note"/);
  });

  it('serves the widget with an ETag, to other origins too', async () => {
    const { app } = edge();
    const response = await app.request('/widget.js', { headers: { origin: 'https://other.example' } });
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(await response.text()).toBe('customElements;');
    const etag = response.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{24}"$/);
    const again = await app.request('/widget.js', { headers: { 'if-none-match': `W/${etag}` } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    expect((await app.request('/widget.js', { headers: { 'if-none-match': '"old"' } })).status).toBe(200);
  });

  it('serves the parts of the widget for good, and none of another build', async () => {
    const { app } = edge();
    const part = '/widget-detail-0123456789abcdef.js';
    const response = await app.request(part, { headers: { origin: 'https://other.example' } });
    expect([response.status, await response.text()]).toEqual([200, 'dialog;']);
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await app.request(part, { method: 'POST' })).status).toBe(405);
    const other = await app.request('/widget-detail-fedcba9876543210.js');
    expect([other.status, other.headers.get('cache-control')]).toEqual([404, 'no-store']);
  });

  it('lets only listed origins read answers if there is a list', async () => {
    const { app } = edge({ allowedOrigins: ['https://shop.example'] });
    const origin = async (name: string) =>
      (await app.request('/v1/search?q=a', { headers: { origin: name } })).headers.get(
        'access-control-allow-origin',
      );
    expect(await origin('https://shop.example')).toBe('https://shop.example');
    expect(await origin('https://elsewhere.example')).toBeNull();
    const preflight = await app.request('/v1/search', {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'GET' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('GET');
  });

  it('describes its routes', async () => {
    const response = await edge().app.request('/openapi.json');
    const document = (await response.json()) as {
      openapi: string;
      paths: Record<string, { get: { parameters: { name: string }[]; responses: object } }>;
      components: { schemas: Record<string, object> };
    };
    expect(document.openapi).toBe('3.1.0');
    const { get } = document.paths['/v1/search'] ?? { get: undefined };
    expect(get?.parameters.map(({ name }) => name)).toEqual([
      'q',
      'weights',
      'not',
      'generation',
      'limit',
      'offset',
      'exhaustive',
      'understand',
      'collapse',
      'filter',
      'facets',
      'channels',
      'after',
    ]);
    expect(Object.keys(get?.responses ?? {})).toEqual([
      '200',
      '304',
      '400',
      '401',
      '403',
      '413',
      '429',
      '503',
      '504',
    ]);
    const images = document.paths['/v1/images']?.get;
    expect(images?.parameters.map(({ name }) => name)).toEqual([
      'sort',
      'like',
      'generation',
      'filter',
      'limit',
      'after',
    ]);
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining(['SearchResponse', 'Problem']),
    );
  });

  it('shows the description to people', async () => {
    const response = await edge().app.request('/docs');
    expect(response.headers.get('content-type')).toMatch(/^text\/html;/);
    const html = await response.text();
    expect(html).toContain('/v1/search');
    expect(html).toContain('offset');
    expect(html).not.toMatch(/https?:\/\/(?!127)/);
  });

  it('is alive', async () => {
    expect(await (await edge().app.request('/healthz')).json()).toEqual({
      status: 'ok',
      version: VERSION,
      rateLimited: false,
    });
  });

  it('tags complete answers, and sends none twice', async () => {
    const { app } = edge();
    const ask = (init?: RequestInit) => app.request('/v1/search?q=two+zebroids', init);
    const first = await ask();
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{24}"$/);
    const again = await ask({
      headers: { 'if-none-match': `"x", W/${etag}`, origin: 'https://shop.example' },
    });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    expect(again.headers.get('access-control-allow-origin')).toBe('*');
    expect(again.headers.get('cache-control')).toBe('public, max-age=60');
    expect((await ask({ headers: { 'if-none-match': '"x"' } })).status).toBe(200);
    const head = await ask({ method: 'HEAD' });
    expect([head.status, await head.text(), head.headers.get('etag')]).toEqual([200, '', etag]);
    const late = edge({ rerank: { rank: async () => Promise.reject(new Error('late')) } }).app;
    const degraded = await late.request('/v1/search?q=two+zebroids');
    expect([degraded.status, degraded.headers.get('etag')]).toEqual([200, null]);
    const wrong = await app.request('/v1/search?q=');
    expect([wrong.status, wrong.headers.get('etag')]).toEqual([400, null]);
  });

  it('refuses methods that a list of images does not have', async () => {
    const response = await edge().app.request('/v1/images', { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('returns a problem for unknown paths', async () => {
    const response = await edge().app.request('/v2/search');
    expect(response.status).toBe(404);
    expect(problemSchema.parse(await response.json()).code).toBe('not_found');
  });
});

describe('/images', () => {
  const asked: string[] = [];
  const images = (answer: () => Response) =>
    edge({
      images: {
        url: 'http://images.example/folder',
        timeoutMs: 1000,
        fetch: async (input) => {
          asked.push(input.href);
          return answer();
        },
      },
    }).app;
  const png = () => new Response('bytes', { headers: { 'content-type': 'image/png', etag: '"1"' } });

  it('passes images through', async () => {
    const response = await images(png).request('/images/a/two%20dogs.png');
    expect(asked.at(-1)).toBe('http://images.example/folder/a/two%20dogs.png');
    expect(new TextDecoder().decode(await response.arrayBuffer())).toBe('bytes');
    expect(response.headers.get('etag')).toBe('"1"');
    expect(response.headers.get('cache-control')).toContain('max-age');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
  });

  it('passes on what decides whether the file is sent, and parts of it', async () => {
    const sent: Headers[] = [];
    const part = (answer: () => Response) =>
      edge({
        images: {
          url: 'http://images.example/',
          timeoutMs: 1000,
          fetch: async (_input, init) => {
            sent.push(new Headers(init?.headers));
            return answer();
          },
        },
      }).app;
    const range = { range: 'bytes=2-3', 'if-range': '"1"', 'if-none-match': '"2"' };
    const headers = { 'content-type': 'image/png', 'content-range': 'bytes 2-3/5', 'accept-ranges': 'bytes' };
    const app = part(() => new Response('te', { status: 206, headers }));
    const response = await app.request('/images/a.png', { headers: range });
    expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([206, 2]);
    expect(response.headers.get('content-range')).toBe('bytes 2-3/5');
    expect(Object.fromEntries(sent[0] ?? [])).toMatchObject(range);
    const beyond = () =>
      new Response('no', {
        status: 416,
        headers: { 'content-type': 'text/html', 'content-range': 'bytes */5' },
      });
    const refused = await part(beyond).request('/images/a.png', { headers: { range: 'bytes=9-' } });
    expect([
      refused.status,
      (await refused.arrayBuffer()).byteLength,
      refused.headers.get('content-range'),
    ]).toEqual([416, 0, 'bytes */5']);
    await app.request('/images/a.png', { headers: { range: 'bytes=0-1,3-4' } });
    expect(sent.at(-1)?.get('range')).toBeNull();
  });

  it('passes on the width of a rendition, and nothing else of the query', async () => {
    await images(png).request('/images/a.png?w=320&x=1');
    expect(asked.at(-1)).toBe('http://images.example/folder/a.png?w=320');
    await images(png).request('/images/a.png?x=1');
    expect(asked.at(-1)).toBe('http://images.example/folder/a.png');
  });

  it.each(['320%26x=1', '', 'abc', '-1', '1e2', '999999', '320&w=640'])(
    'refuses %s as a width',
    async (width) => {
      const before = asked.length;
      const response = await images(png).request(`/images/a.png?w=${width}`);
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
        400,
        'request_invalid',
      ]);
      expect(asked.length).toBe(before);
    },
  );

  it.each([
    '..%2fsecret',
    'a/..%2f..%2fsecret',
    '%2e%2e%2fsecret',
    'a%5c..%5cb',
    'a//b',
    '',
    '%00.png',
    '%zz',
    '%2e%2e/x',
  ])('never requests %s from the upstream', async (path) => {
    const before = asked.length;
    const response = await images(png).request(`/images/${path}`);
    expect(response.status).toBe(404);
    expect(asked.length).toBe(before);
  });

  it.each([
    ['a page', () => new Response('<script>', { headers: { 'content-type': 'text/html' } }), 404],
    ['no type', () => new Response(new Uint8Array(3)), 404],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'http://10.0.0.1/' } }), 404],
    ['a missing one', () => new Response('', { status: 404, headers: { 'content-type': 'image/png' } }), 404],
    ['a fault', () => new Response('', { status: 500 }), 503],
  ])('does not pass through %s', async (_, answer, status) => {
    expect((await images(answer).request('/images/x.png')).status).toBe(status);
  });

  it('keeps a script in an SVG from running', async () => {
    const svg = () => new Response('<svg/>', { headers: { 'content-type': 'image/svg+xml' } });
    const response = await images(svg).request('/images/x.svg');
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    );
  });

  it('is not found if no upstream is configured', async () => {
    expect((await edge().app.request('/images/x.png')).status).toBe(404);
  });
});
