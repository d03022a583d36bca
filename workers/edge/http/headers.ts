import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';
import type { AllowedOrigins } from '../../../shared/http/index.ts';
import type { EdgeEnv } from './edge-env.ts';

/** Headers that a page on another origin may read. */
const EXPOSED = [
  'Age',
  'Allow',
  'Cache-Status',
  'ETag',
  'Retry-After',
  'Server-Timing',
  'X-Query-Log',
  'X-Request-Id',
  'X-Search-Degraded',
  'X-Search-Stage',
];

/** Lets pages of the allowed origins read answers; no cookies are involved anywhere. */
export function crossOrigin(allowed: AllowedOrigins): MiddlewareHandler<EdgeEnv> {
  return cors({
    origin: allowed === '*' ? '*' : (origin) => (allowed.includes(origin) ? origin : null),
    allowMethods: ['GET', 'HEAD', 'POST', 'OPTIONS'],
    allowHeaders: ['Accept', 'Authorization', 'Content-Type', 'Traceparent', 'X-Request-Id', 'X-Search-Key'],
    exposeHeaders: EXPOSED,
    maxAge: 86_400,
  });
}

/**
 * Security headers of all responses. Pages of other sites may embed resources, because of the widget, unless none may
 * call; our own page runs only our own script and style.
 */
export function securityHeaders(allowed: AllowedOrigins): MiddlewareHandler<EdgeEnv> {
  const ownOnly = allowed !== '*' && allowed.length === 0;
  return secureHeaders({
    // Image files have a stricter policy of their own.
    overwrite: false,
    crossOriginResourcePolicy: ownOnly ? 'same-origin' : 'cross-origin',
    xFrameOptions: 'DENY',
    referrerPolicy: 'strict-origin-when-cross-origin',
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      connectSrc: ["'self'"],
      // An index may name images on any other site.
      imgSrc: ["'self'", 'data:', 'http:', 'https:'],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  });
}
