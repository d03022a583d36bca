import type { Handler } from 'hono';
import type { EdgeEnv } from '../http/edge-env.ts';

/** A file that is part of the worker. */
export interface Asset {
  readonly body: string;
  readonly type: string;
}

/** Serves an asset with an ETag of its content. Browsers revalidate after a few minutes and usually get 304. */
export function serveAsset({ body, type }: Asset): Handler<EdgeEnv> {
  let tag: Promise<string> | undefined;
  return async (c) => {
    tag ??= contentTag(body);
    const etag = await tag;
    c.header('etag', etag);
    c.header('cache-control', 'public, max-age=300');
    const known = c.req.header('if-none-match')?.split(',') ?? [];
    if (known.some((entry) => entry.trim().replace(/^W\//, '') === etag)) return c.body(null, 304);
    c.header('content-type', type);
    return c.body(body);
  };
}

async function contentTag(body: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body));
  return `"${[...new Uint8Array(digest, 0, 12)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}"`;
}
