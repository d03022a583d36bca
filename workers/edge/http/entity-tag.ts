import type { MiddlewareHandler } from 'hono';
import { digest } from './digest.ts';
import type { EdgeEnv } from './edge-env.ts';

/** An ETag of some content. */
export async function entityTag(content: BufferSource): Promise<string> {
  return `"${await digest(content, 12)}"`;
}

/** Whether a caller has the content already, by its `If-None-Match`. */
export function hasTag(condition: string | undefined, tag: string): boolean {
  const known = condition?.split(',') ?? [];
  return known.some((entry) => entry.trim().replace(/^W\//, '') === tag || entry.trim() === '*');
}

/** That answer, as one of a route's responses in the API's description. */
export const UNCHANGED = {
  304: { description: 'The caller has this answer: its ETag is one of If-None-Match' },
} as const;

/** Tags complete answers that may be cached. A caller that has the same one gets 304: the work was done, but nothing is sent again. */
export const taggedAnswers: MiddlewareHandler<EdgeEnv> = async (c, next) => {
  await next();
  const { res } = c;
  if (res.status !== 200 || !res.headers.get('cache-control')?.includes('max-age=')) return;
  const body = await res.arrayBuffer();
  const tag = await entityTag(body);
  const headers = new Headers(res.headers);
  headers.set('etag', tag);
  const same = hasTag(c.req.header('if-none-match'), tag);
  if (same) headers.delete('content-type');
  c.res = undefined;
  c.res = same ? new Response(null, { status: 304, headers }) : new Response(body, { status: 200, headers });
};
