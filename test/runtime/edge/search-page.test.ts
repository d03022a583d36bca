import { describe, expect, it } from 'vitest';
import { edge, payloadOf } from './fakes.ts';

const open = async (path: string, changes: Parameters<typeof edge>[0] = {}, init?: RequestInit) => {
  const { app } = edge(changes);
  const response = await app.request(path, init);
  return { response, html: await response.text(), status: response.status };
};

describe('the search as a page', () => {
  it('has the line alone without a query', async () => {
    for (const path of ['/search', '/search?q=', '/search?q=+&filter=']) {
      const { status, html, response } = await open(path);
      expect([status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
      expect(html).toContain('<form role="search" action="/search"');
      expect(html).not.toMatch(/<ol|role="alert"/);
    }
  });

  it('shows the images of the search, without any script', async () => {
    const { status, html, response } = await open('/search?q=two+zebroids&limit=2');
    expect(status).toBe(200);
    expect(html.match(/<li>/g)).toHaveLength(2);
    expect(html).toContain('Images for “two zebroids”');
    expect(html).toContain('Not known to the model: zebroids');
    expect(html).toContain('value="two zebroids"');
    expect(html).not.toMatch(/<script|<style|\son\w+=/);
    expect(response.headers.get('cache-control')).toBe('public, max-age=60');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    const next = /href="(\/search\?[^"]*after=[^"]*)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(Object.fromEntries(new URL(next, 'http://x').searchParams)).toMatchObject({
      q: 'two zebroids',
      limit: '2',
    });
    const second = await open(next);
    expect(second.status).toBe(200);
    expect(second.html.match(/<li>/g)).toHaveLength(2);
    expect(second.html).not.toBe(html);
  });

  it('is a page, whatever the caller prefers', async () => {
    for (const accept of ['text/event-stream', 'application/x-ndjson', 'image/png']) {
      const { status, html } = await open('/search?q=two', {}, { headers: { accept } });
      expect([accept, status]).toEqual([accept, 200]);
      expect(html).toContain('<li>');
    }
  });

  it('escapes whatever is in the query, the filter and the index', async () => {
    const evil = '"><script>alert(1)</script>&';
    const { html } = await open(
      `/search?q=${encodeURIComponent(evil)}&filter=${encodeURIComponent(`x:${evil}`)}`,
    );
    expect(html).not.toContain('<script>alert');
    const { html: images } = await open('/search?q=two', {
      rerank: {
        rank: async () => Promise.reject(new Error('late')),
      },
      qdrant: {
        retrieve: async (_collection, ids) =>
          ids.map((id) => ({
            id,
            payload: {
              ...payloadOf(id),
              url: 'javascript:alert(1)',
              captions: ['<img src=x onerror=alert(1)>'],
            },
          })),
      },
    });
    expect(images).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(images).not.toMatch(/<img|javascript:/);
    expect(images).toContain('in the order of their coarse scores');
  });

  it('fails with the status and the words of the search', async () => {
    const wrong = await open('/search?q=a&limit=0');
    expect([wrong.status, wrong.html.includes('role="alert"')]).toEqual([400, true]);
    expect((await open('/search?q=a&nonsense=1')).status).toBe(400);
    expect((await open('/search?q=a&limit=2&limit=3')).status).toBe(400);
    const filter = await open('/search?q=a&filter=year%3E');
    expect([filter.status, filter.html.includes('value="year&gt;"')]).toEqual([400, true]);
    const limited = await open('/search?q=a', { rateLimiter: { limit: async () => ({ success: false }) } });
    expect([limited.status, limited.response.headers.get('retry-after')]).toEqual([429, '60']);
    expect(limited.html).toContain('Too many requests');
  });

  it('is only read, and answers a browser that has it already anew', async () => {
    expect((await open('/search', {}, { method: 'POST' })).status).toBe(405);
    const headers = { 'if-none-match': '*' };
    expect((await open('/search?q=two', {}, { headers })).status).toBe(200);
  });
});
