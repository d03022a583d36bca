import type { MiddlewareHandler } from 'hono';
import { AppError } from '../../../shared/errors/index.ts';
import type { EdgeEnv } from './edge-env.ts';

/** The part of the Workers `ratelimits` binding that is used. */
export interface RateLimiter {
  limit(request: { key: string }): Promise<{ success: boolean }>;
}

/** Applies the limit that is configured with the binding to each client address. */
export function rateLimit(limiter: RateLimiter): MiddlewareHandler<EdgeEnv> {
  return async (c, next) => {
    const key = c.req.header('cf-connecting-ip') ?? 'unknown';
    const { success } = await limiter.limit({ key });
    if (!success) {
      throw new AppError('rate_limited', 'This address has searched too often in a short time.', {
        hint: 'Wait a minute and search again.',
      });
    }
    return next();
  };
}
