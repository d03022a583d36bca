import type { MiddlewareHandler } from 'hono';
import { AppError } from '../../../shared/errors/index.ts';
import type { EdgeEnv } from './edge-env.ts';

/** Refuses a request whose header `host` is none: its address cannot be read. */
export const readableHost: MiddlewareHandler<EdgeEnv> = (c, next) => {
  if (URL.canParse(c.req.url)) return next();
  throw new AppError('request_invalid', 'The header host does not name a host.', {
    hint: 'Send the name of this service, with its port if it is not the usual one.',
  });
};

/** Whether the percent sequences behind the question mark are UTF-8. */
export function isUtf8(search: string): boolean {
  try {
    decodeURIComponent(search);
    return true;
  } catch {
    return false;
  }
}

/**
 * Refuses an address whose percent sequences are no UTF-8, and one with a value that has no name: half of what was asked for would be
 * searched.
 */
export const readableAddress: MiddlewareHandler<EdgeEnv> = (c, next) => {
  const { search, searchParams } = new URL(c.req.url);
  if (!isUtf8(search)) {
    throw new AppError('request_invalid', 'The address has a percent sequence that is not UTF-8.', {
      hint: 'Encode what follows the question mark as UTF-8, as encodeURIComponent does.',
    });
  }
  // Hono's parser drops it, so that no schema sees it.
  if (searchParams.has('')) {
    throw new AppError('request_invalid', `The address has "=${searchParams.get('')}", which has no name.`, {
      hint: 'Send NAME=VALUE, and & between such pairs; an & of a value is %26.',
    });
  }
  return next();
};
