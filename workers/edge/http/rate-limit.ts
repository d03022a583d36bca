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
    await limitAddress(limiter, c.req.raw);
    return next();
  };
}

/** Counts a request of an address. @throws AppError `rate_limited`. */
export async function limitAddress(limiter: RateLimiter, request: Request): Promise<void> {
  const { success } = await limiter.limit({ key: clientNetwork(request) });
  if (success) return;
  throw new AppError('rate_limited', 'This address has searched too often in a short time.', {
    hint: 'Wait a minute and search again.',
  });
}

/** The address of a client; of IPv6 its /64, which one client has whole. */
export function clientNetwork({ headers }: Request): string {
  const address = headers.get('cf-connecting-ip');
  return address === null ? 'unknown' : network(address);
}

/** The first 64 bits of an IPv6 address, its own of an IPv4 address, also where that is written as IPv6. */
function network(address: string): string {
  if (!address.includes(':')) return address;
  const dotted = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  if (dotted !== undefined) return dotted;
  const [head = '', tail] = address.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  const whole = [...groups, ...Array.from({ length: missing }, () => '0'), ...rest];
  return `${whole
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
