import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { AppError } from '../../../shared/errors/index.ts';

/** Paths that respond without a key, as in Qdrant. */
const OPEN = new Set(['/', '/healthz', '/livez', '/readyz']);

/** Accepts requests with the key as `api-key` or as a bearer token. */
export function requireApiKey(key: string): MiddlewareHandler {
  // Hashes have the same length, so the comparison takes the same time for every guess.
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(key);
  return async (context, next) => {
    if (OPEN.has(context.req.path)) return next();
    const sent =
      context.req.header('api-key') ?? context.req.header('authorization')?.replace(/^Bearer /i, '');
    if (sent === undefined)
      throw new AppError('unauthorized', 'Must provide an API key or an Authorization bearer token');
    if (!timingSafeEqual(digest(sent), expected))
      throw new AppError('unauthorized', 'Invalid API key or JWT');
    return next();
  };
}
