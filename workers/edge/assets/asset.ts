import type { Handler } from 'hono';
import type { EdgeEnv } from '../http/edge-env.ts';
import { entityTag, hasTag } from '../http/entity-tag.ts';

/** A file that is part of the worker. */
export interface Asset {
  readonly body: string;
  readonly type: string;
  /** Its address has a hash of the body, which therefore never changes. */
  readonly immutable?: boolean;
}

/** Serves an asset with an ETag of its content. Browsers revalidate after a few minutes and usually get 304; what never changes they keep. */
export function serveAsset({ body, type, immutable = false }: Asset): Handler<EdgeEnv> {
  let tag: Promise<string> | undefined;
  return async (c) => {
    tag ??= entityTag(new TextEncoder().encode(body));
    const etag = await tag;
    c.header('etag', etag);
    c.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'public, max-age=300');
    if (hasTag(c.req.header('if-none-match'), etag)) return c.body(null, 304);
    c.header('content-type', type);
    return c.body(body);
  };
}
