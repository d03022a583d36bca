import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Problem, SearchResponse } from '../../../shared/schema/index.ts';
import type { EdgeEnv } from '../http/edge-env.ts';
import { isUtf8 } from '../http/readable-address.ts';
import { searchPage } from './search-page.ts';

/** Of the answer, what holds for the page, too. */
const KEPT = ['cache-control', 'retry-after', 'server-timing', 'x-search-stage', 'x-search-degraded'];
const KEY_HEADERS = ['authorization', 'x-search-key'];
/** Of the request, what asks about the page and not about the answer. */
const OWN = ['accept', 'if-none-match', 'if-modified-since', 'range'];

/**
 * `GET /search?q=…`: the search for those who have no JavaScript. It asks the app's own `/v1/search` with the same parameters, so that
 * limits, filters and refusals are the same, and has its status.
 *
 * @param key of the service's own pages, if it has keys.
 */
export function addSearchPage(app: OpenAPIHono<EdgeEnv>, key: string | undefined): void {
  app.get('/search', async (c) => {
    const address = new URL(c.req.url);
    const others = new URLSearchParams(address.search);
    const [q, filter] = ['q', 'filter'].map((name) => {
      const value = others.get(name)?.trim() ?? '';
      // A field of a form that was left empty asks for nothing; what is named twice is for the search to read.
      if (others.getAll(name).length === 1) others.delete(name);
      return value;
    }) as [string, string];
    const question = { q, filter, others };
    if (q === '') return c.html(searchPage(question, undefined));
    const asked = new URLSearchParams(others);
    if (!asked.has('q')) asked.set('q', q);
    if (filter !== '' && !asked.has('filter')) asked.set('filter', filter);
    const headers = new Headers(c.req.raw.headers);
    for (const name of OWN) headers.delete(name);
    headers.set('x-request-id', c.get('requestId'));
    if (key !== undefined && !KEY_HEADERS.some((name) => headers.has(name))) {
      // The page is our own, and browsers name no origin when it is opened.
      headers.set('authorization', `Bearer ${key}`);
      headers.set('sec-fetch-site', 'same-origin');
    }
    // What is not UTF-8 was read with other characters; the search refuses it as it was sent.
    const search = isUtf8(address.search) ? `?${asked}` : address.search;
    const request = new Request(new URL(`/v1/search${search}`, address), {
      headers,
      signal: c.req.raw.signal,
    });
    const response = await app.fetch(request, c.env, {
      // Not every runtime has a context; what needs one asks for it.
      waitUntil: (work) => c.executionCtx.waitUntil(work),
      passThroughOnException: () => c.executionCtx.passThroughOnException(),
      props: {},
    });
    for (const name of KEPT) {
      const value = response.headers.get(name);
      if (value !== null) c.header(name, value);
    }
    const body: unknown = await response.json();
    const shown = response.ok ? { answer: body as SearchResponse } : { problem: body as Problem };
    return c.html(searchPage(question, shown), response.status as 200);
  });
}
