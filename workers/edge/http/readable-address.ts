import type { MiddlewareHandler } from 'hono';
import { AppError } from '../../../shared/errors/index.ts';
import type { EdgeEnv } from './edge-env.ts';

/** Refuses an address whose percent sequences are no UTF-8: half of what was asked for would be searched. */
export const readableAddress: MiddlewareHandler<EdgeEnv> = (c, next) => {
  const { search } = new URL(c.req.url);
  try {
    decodeURIComponent(search);
  } catch (cause) {
    throw new AppError('request_invalid', 'The address has a percent sequence that is not UTF-8.', {
      hint: 'Encode what follows the question mark as UTF-8, as encodeURIComponent does.',
      cause,
    });
  }
  return next();
};
