import type { MiddlewareHandler } from 'hono';
import { type AllowedOrigins, assertKnownHost, assertOrigin } from '../../../shared/http/index.ts';
import type { EdgeEnv } from './edge-env.ts';

/** Refuses requests for hosts that are not ours, and of pages that may not call. */
export function knownCallers(
  origins: AllowedOrigins,
  hosts: readonly string[] | undefined,
): MiddlewareHandler<EdgeEnv> {
  return (c, next) => {
    if (hosts !== undefined) assertKnownHost(c.req.url, hosts);
    assertOrigin(c.req.raw, origins);
    return next();
  };
}
