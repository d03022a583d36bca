import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { listen } from '../../e2e/upstreams.ts';

/** A server that passes everything on and compresses texts (gzip), as a CDN does in front of the edge worker. */
export function startCompressed(url: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const app = new Hono().use(compress()).get('*', async (c) => {
    const { pathname, search } = new URL(c.req.url);
    const headers = new Headers(c.req.raw.headers);
    for (const name of ['host', 'connection', 'accept-encoding']) headers.delete(name);
    const { body, status, headers: answered } = await fetch(new URL(pathname + search, url), { headers });
    return new Response(body, { status, headers: new Headers(answered) });
  });
  return listen(app);
}
