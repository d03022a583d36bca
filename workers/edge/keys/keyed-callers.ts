import type { MiddlewareHandler } from 'hono';
import { identifyKey, isKey } from '../../../shared/keys/search-key.ts';
import type { EdgeEnv } from '../http/edge-env.ts';
import { clientNetwork, limitAddress, type RateLimiter } from '../http/rate-limit.ts';
import { authenticate, givenKey, missingKey, refusedKey } from './authenticate.ts';
import { assertBoundOrigin } from './bound-origin.ts';
import { keyAccess } from './key-access.ts';
import { KeyLimits } from './key-limits.ts';
import type { KeyStore } from './key-store.ts';
import type { SignedImages } from './signed-images.ts';

export interface KeyedParts {
  readonly keys: KeyStore;
  /** Signs the addresses of image files, if the service has some. */
  readonly images: SignedImages | undefined;
  readonly rateLimiter: RateLimiter | undefined;
}

/** Lets requests with a valid key or token in, within its limits, and says what they may do. */
export function keyedCallers({ keys, images, rateLimiter }: KeyedParts): MiddlewareHandler<EdgeEnv> {
  const limits = new KeyLimits();
  return async (c, next) => {
    // Even a refusal is one of a key: no cache may give it to another.
    c.header('Vary', 'Authorization, X-Search-Key', { append: true });
    const request = c.req.raw;
    const given = givenKey(request);
    if (given === undefined) {
      c.header('WWW-Authenticate', 'Bearer');
      throw missingKey();
    }
    // A server asks for many people from one address; its key has limits of its own.
    const isServer = isKey(given) && keys.kept((await identifyKey(given)).id)?.kind === 'secret';
    if (rateLimiter !== undefined && !isServer) await limitAddress(rateLimiter, request);
    const caller = await authenticate(given, keys, Date.now());
    if ('why' in caller) {
      c.get('log')({
        level: 'info',
        requestId: c.get('requestId'),
        code: 'unauthorized',
        message: `a key was refused: ${caller.why}`,
        ...(caller.key === undefined ? {} : { key: caller.key }),
      });
      c.header('WWW-Authenticate', 'Bearer');
      throw refusedKey(caller);
    }
    const { key, claims } = caller;
    assertBoundOrigin(request, key.origins);
    assertBoundOrigin(request, claims?.origins);
    const retry = (seconds: number): void => {
      if (Number.isFinite(seconds)) c.header('Retry-After', String(seconds));
    };
    limits.request(key, clientNetwork(request), retry);
    c.set(
      'access',
      keyAccess(caller, images, (work) => limits.work(key, work, retry)),
    );
    return next();
  };
}
