import explain from 'gsmn:explain';
import widget from 'gsmn:widget';
import { Hono } from 'hono';
import { createQdrantStore, createRerankClient } from '../clients/index.ts';
import { createEdgeApp } from './app.ts';
import { readEnvironment } from './environment.ts';
import type { EdgeEnv, Log } from './http/edge-env.ts';
import { problemResponse } from './http/problem.ts';
import type { RateLimiter } from './http/rate-limit.ts';

interface Bindings extends Readonly<Record<string, unknown>> {
  readonly RATE_LIMITER?: RateLimiter;
}

const log: Log = (entry) => console.log(JSON.stringify(entry));

/** An isolate has one set of bindings; the app and its circuit breakers live as long as it does. */
let app: Hono<EdgeEnv> | undefined;

function build(bindings: Bindings): Hono<EdgeEnv> {
  const { rerank, qdrant, imagesUrl, page, budgets, allowedOrigins, cacheSeconds } =
    readEnvironment(bindings);
  return createEdgeApp({
    rerank: createRerankClient(rerank),
    qdrant: createQdrantStore(qdrant),
    budgets,
    allowedOrigins,
    cacheSeconds,
    widget,
    explain,
    page,
    rateLimiter: bindings.RATE_LIMITER,
    images: imagesUrl
      ? { url: imagesUrl, timeoutMs: budgets.images, fetch: (input, init) => fetch(input, init) }
      : undefined,
    log,
  });
}

/** Stands in when the configuration is wrong: every request hears that the service has a fault, the log says which. */
function faulty(error: unknown): Hono<EdgeEnv> {
  return new Hono<EdgeEnv>()
    .use(async (c, next) => {
      c.set('log', log);
      return next();
    })
    .onError((thrown, c) => problemResponse(c, thrown))
    .all('*', () => {
      throw error;
    });
}

function start(bindings: Bindings): Hono<EdgeEnv> {
  try {
    return build(bindings);
  } catch (error) {
    return faulty(error);
  }
}

export default {
  fetch(request: Request, bindings: Bindings): Response | Promise<Response> {
    app ??= start(bindings);
    return app.fetch(request);
  },
};
