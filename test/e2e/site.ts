import { Hono } from 'hono';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type RunningEdge, startEdge } from '../../infra/start-edge.ts';
import { startBrowser } from './browser.ts';
import { listen, startUpstreams, type Upstreams } from './upstreams.ts';

export interface Site {
  /** The edge worker in workerd, without a trailing slash. */
  readonly url: string;
  /** Another origin with a page that embeds the widget. */
  readonly otherUrl: string;
  readonly health: Upstreams['health'];
  /** A page in a separate browser profile; a test that leaves an error on its console fails. */
  open(path: string, options?: BrowserContextOptions): Promise<OpenPage>;
  close(): Promise<void>;
}

export interface OpenPage {
  readonly page: Page;
  /** Messages of errors on the page, without failed requests. */
  readonly faults: readonly string[];
}

/** A page of a site owner, with the strictest policy under which it can work. */
function otherSite(edge: string): Hono {
  const policy = `default-src 'none'; script-src ${edge}; connect-src ${edge}; img-src ${edge} data:; style-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'`;
  return new Hono()
    .get('/', (c) =>
      c.html(
        `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/shop.css"><script type="module" src="${edge}/widget.js"></script></head>
<body><main><h1>A shop</h1><label>Name <input id="name"></label>
<gsmn-search limit="6" placeholder="Look for a print" examples="a house and a ball"></gsmn-search></main></body></html>`,
        200,
        { 'content-security-policy': policy },
      ),
    )
    .get('/shop.css', (c) =>
      c.body(
        `body { margin: 2rem; font: 16px/1.5 sans-serif; background: #f3f6f4; color: #10241c; }
gsmn-search { --gsmn-accent: rgb(0, 90, 60); --gsmn-ink: #10241c; --gsmn-radius: 0; }
gsmn-search::part(caption) { font-style: italic; }`,
        200,
        { 'content-type': 'text/css' },
      ),
    );
}

/** Everything that a browser test needs, on this machine; by default pages of every origin may search. */
export async function startSite({
  allowedOrigins = '*',
  rerankMs = 1500,
  onQuery,
}: {
  readonly allowedOrigins?: string;
  readonly rerankMs?: number;
  /** Gets the lines of the query log, which is off without it. */
  readonly onQuery?: (line: unknown) => void;
} = {}): Promise<Site> {
  const upstreams = await startUpstreams();
  let edge: RunningEdge | undefined;
  let other: { readonly url: string; close(): Promise<void> } | undefined;
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await other?.close();
    await edge?.close();
    await upstreams.close();
  };
  try {
    edge = await startEdge({
      vars: {
        RERANK_URL: upstreams.url,
        QDRANT_URL: upstreams.url,
        IMAGES_URL: `${upstreams.url}/files`,
        IMAGES_WIDTHS: '320,960',
        CACHE_SECONDS: '0',
        // Its services change from test to test.
        CACHE_MEMORY_MB: '0',
        ALLOWED_ORIGINS: allowedOrigins,
        RERANK_TIMEOUT_MS: String(rerankMs),
        ...(onQuery === undefined ? {} : { QUERY_LOG_SAMPLE: '1' }),
      },
      onLog: ({ fields }) => {
        if (fields?.queryLog !== undefined) onQuery?.(fields.queryLog);
      },
    });
    other = await listen(otherSite(edge.url));
    browser = await startBrowser();
  } catch (error) {
    await close();
    throw error;
  }
  const started = browser;
  const { url } = edge;
  return {
    url,
    otherUrl: other.url,
    health: upstreams.health,
    close,
    async open(path, options) {
      const context = await started.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('console', (message) => {
        // The browser itself reports every response with an error status; tests cause these on purpose.
        if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
          faults.push(message.text());
      });
      await page.goto(new URL(path, url).href);
      return { page, faults };
    },
  };
}
