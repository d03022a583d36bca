import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { AppError } from '../../shared/errors/index.ts';
import { requestError, TIMEOUT_HEADER } from '../../shared/http/index.ts';
import type { Parser } from '../../shared/parse/index.ts';
import {
  encodeRequestSchema,
  parseRequestSchema,
  rankAllRequestSchema,
  rerankRequestSchema,
} from '../../shared/schema/index.ts';
import type { Admission } from './admission.ts';
import type { GenerationHost, Log } from './generations/generation-host.ts';
import { timeLimit, withTimeLimit } from './http/deadline.ts';
import { problemResponse } from './http/problem.ts';
import { readBody } from './http/read-body.ts';
import { assertServiceToken } from './http/service-token.ts';
import { encodeQueryRequest } from './matching/encode-request.ts';
import { parseQueryRequest } from './matching/parse-request.ts';
import { rankAllImages } from './matching/rank-all-request.ts';
import { rerankImages } from './matching/rerank-request.ts';
import type { RerankMetrics } from './metrics.ts';
import type { RerankSettings } from './settings.ts';

export interface RerankAppOptions {
  readonly host: GenerationHost;
  readonly settings: RerankSettings;
  readonly admission: Admission;
  readonly metrics: RerankMetrics;
  readonly log: Log;
  /** Service token; without one every caller is served. */
  readonly token?: string | undefined;
}

type Env = { Variables: { requestId: string } };

/** A request id that a caller may choose: short and harmless in a log. */
const REQUEST_ID = /^[\w.:-]{1,64}$/;

/** The rerank service over a host of generations. */
export function createRerankApp(options: RerankAppOptions): Hono<Env> {
  const { host, settings, admission, metrics, log, token } = options;
  // Read when somebody first asks for a graph that no score depends on.
  let shipped: Promise<Parser> | undefined;
  const shippedParser = (): Promise<Parser> => {
    shipped ??= import('../../shared/platform/parse/index.ts')
      .then(({ loadParser }) => loadParser())
      .catch((thrown: unknown) => {
        shipped = undefined;
        throw thrown;
      });
    return shipped;
  };
  const app = new Hono<Env>();

  app.use(async (c, next) => {
    const given = c.req.header('x-request-id') ?? '';
    const requestId = REQUEST_ID.test(given) ? given : randomUUID();
    c.set('requestId', requestId);
    const start = performance.now();
    await next();
    c.res.headers.set('x-request-id', requestId);
    const ms = performance.now() - start;
    const route = ROUTES.has(c.req.path) ? c.req.path : 'other';
    const { status } = c.res;
    metrics.request(route, status, ms / 1000);
    if (QUIET.has(route)) return;
    log.info({ requestId, route, status, ms: Math.round(ms * 10) / 10 }, 'request');
  });

  app.use(async (c, next) => {
    if (token !== undefined && !OPEN.has(c.req.path))
      assertServiceToken(c.req.header('authorization'), token);
    await next();
  });

  /** Runs the work in its turn and in its time. */
  async function limited(c: Context<Env>, work: (signal: AbortSignal) => Promise<object>): Promise<Response> {
    const limit = timeLimit(c.req.header(TIMEOUT_HEADER), settings.timeoutMs);
    const answer = await withTimeLimit(limit, c.req.raw.signal, (signal) =>
      admission.run(signal, () => work(signal)),
    );
    return c.json(answer);
  }

  app.post('/v1/encode', async (c) => {
    const request = await readBody(c, encodeRequestSchema, settings.limits.bodyBytes);
    return limited(c, () => encodeQueryRequest(request, host, settings, metrics));
  });

  app.post('/v1/parse', async (c) => {
    const request = await readBody(c, parseRequestSchema, settings.limits.bodyBytes);
    return limited(c, () => parseQueryRequest(request, host, settings, shippedParser));
  });

  app.post('/v1/rerank', async (c) => {
    const request = await readBody(c, rerankRequestSchema, settings.limits.bodyBytes);
    return limited(c, (signal) => rerankImages(request, host, settings, metrics, signal));
  });

  app.post('/v1/rank-all', async (c) => {
    const request = await readBody(c, rankAllRequestSchema, settings.limits.bodyBytes);
    return limited(c, (signal) => rankAllImages(request, host, settings, metrics, signal));
  });

  app.get('/healthz', (c) => c.json({ status: 'ok' }));

  app.get('/readyz', (c) => {
    const status = host.status();
    const ready = status.active !== null;
    return c.json({ ready, ...status }, ready ? 200 : 503);
  });

  app.get('/v1/status', (c) =>
    c.json({
      ...host.status(),
      generations: host.loaded().map(({ generation, active }) => ({
        id: generation.id,
        active,
        backend: generation.matcher.backend,
        encoder: generation.queries.backend,
        images: generation.images.count,
        cache: generation.images.status,
      })),
    }),
  );

  app.get('/metrics', async (c) =>
    c.body(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType }),
  );

  app.notFound((c) => {
    throw new AppError('not_found', `there is no ${c.req.method} ${c.req.path}`);
  });

  app.onError((thrown, c) => {
    const error = requestError(thrown);
    const requestId = c.get('requestId');
    metrics.error(error.code);
    const answer = problemResponse(error, requestId);
    if (answer.status >= 500) log.error({ requestId, code: error.code, err: thrown }, error.message);
    return answer;
  });

  return app;
}

const ROUTES: ReadonlySet<string> = new Set([
  '/v1/encode',
  '/v1/parse',
  '/v1/rerank',
  '/v1/rank-all',
  '/v1/status',
  '/healthz',
  '/readyz',
  '/metrics',
]);
/** What probes ask all the time is not worth a line in the log. */
const QUIET: ReadonlySet<string> = new Set(['/v1/status', '/healthz', '/readyz', '/metrics']);
/** Probes cannot send a token. */
const OPEN: ReadonlySet<string> = new Set(['/healthz', '/readyz']);
