import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import type { z } from 'zod';
import type { Admission } from '../../shared/async/admission.ts';
import { withDeadline } from '../../shared/async/deadline.ts';
import { AppError, type ErrorCode } from '../../shared/errors/index.ts';
import { readLimited, requestError, VERSION } from '../../shared/http/index.ts';
import type { TraceSpan, Tracing } from '../../shared/observe/tracing.ts';
import type { Parser } from '../../shared/parse/parser.ts';
import {
  captionsRequestSchema,
  encodeRequestSchema,
  type GenerationResponse,
  rankRequestSchema,
  TIMEOUT_HEADER,
} from '../../shared/schema/index.ts';
import type { GenerationHost, Lease, Log } from './generations/generation-host.ts';
import { problemResponse } from './http/problem.ts';
import { readBody } from './http/read-body.ts';
import { assertServiceToken } from './http/service-token.ts';
import type { RerankMetrics } from './metrics.ts';
import { rankCaptions } from './routes/captions.ts';
import { encodeQuery } from './routes/encode.ts';
import { encodeImage } from './routes/encode-image.ts';
import { parseQuery } from './routes/parse.ts';
import { queryModelResponse } from './routes/query-model.ts';
import { rankImages } from './routes/rank.ts';
import type { RerankSettings } from './settings.ts';

/** Kinds of work that do not wait for each other: a query is encoded while rankings wait, and a scan of all images is long. */
export type RerankAdmission = Readonly<Record<'queries' | 'shortlists' | 'scans' | 'images', Admission>>;

/** The route whose body is an image file. */
export const ENCODE_IMAGE = '/v1/encode-image';

/** Share of the time limit in which work must be expected to end. Chosen: estimates are rough, and the response takes time. */
const EXPECTED = 0.8;

/** What they are called in traces. */
const WORK: Readonly<Record<keyof RerankAdmission, string>> = {
  queries: 'read query',
  shortlists: 'compare shortlist',
  scans: 'compare all',
  images: 'encode image',
};

export interface RerankAppOptions {
  readonly host: GenerationHost;
  readonly settings: RerankSettings;
  readonly admission: RerankAdmission;
  readonly metrics: RerankMetrics;
  readonly log: Log;
  /** Opens the built-in parser, for parses that no score depends on. */
  readonly shippedParser: () => Promise<Parser>;
  /** Service token; without one every caller is served. */
  readonly token?: string | undefined;
  /** Records what requests do; nothing is recorded without it. */
  readonly tracing?: Tracing | undefined;
}

type Env = { Variables: { requestId: string; span?: TraceSpan | undefined } };

/** A request id that a caller may choose: short and harmless in a log. */
const REQUEST_ID = /^[\w.:-]{1,64}$/;

/** The rerank service over a host of generations. */
export function createRerankApp(options: RerankAppOptions): Hono<Env> {
  const { host, settings, admission, metrics, log, token, tracing } = options;
  // Loaded at the first request for a parse that no score depends on.
  let shipped: Promise<Parser> | undefined;
  const shippedParser = (): Promise<Parser> => {
    shipped ??= options.shippedParser().catch((thrown: unknown) => {
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
    const route = routeOf(c.req.path);
    const span = QUIET.has(route)
      ? undefined
      : tracing?.begin(`${c.req.method} ${route}`, c.req.raw.headers, {
          'http.request.method': c.req.method,
          'http.route': route,
          'gsmn.request_id': requestId,
        });
    c.set('span', span);
    await next();
    span?.set({ 'http.response.status_code': c.res.status });
    span?.end(c.res.status >= 500 ? String(c.res.status) : undefined);
    // Never waited for.
    if (span !== undefined) void tracing?.flush();
    c.res.headers.set('x-request-id', requestId);
    const ms = performance.now() - start;
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

  /** Runs the work on a generation, in its turn and within its time. */
  async function limited(
    c: Context<Env>,
    {
      generation,
      unavailable,
      kind,
      cost,
    }: {
      readonly generation?: string | undefined;
      readonly unavailable: ErrorCode;
      readonly kind: keyof RerankAdmission;
      /** Number of pairs to compare; 1 for other work. */
      readonly cost: number;
    },
    work: (lease: Lease, signal: AbortSignal, deadline: number) => Promise<object>,
  ): Promise<Response> {
    const timeoutMs = timeLimit(c.req.header(TIMEOUT_HEADER), settings.timeoutMs);
    const until = performance.now() + timeoutMs;
    const span = c.get('span');
    const waited = span?.child('wait');
    const deadline = {
      timeoutMs,
      caller: c.req.raw.signal,
      timeout: () => new AppError('timeout', `the request was not finished within ${timeoutMs} ms`),
      cancelled: () => new AppError('cancelled', 'the caller disconnected'),
    };
    const answer = await withDeadline(deadline, (signal) =>
      admission[kind].run(
        signal,
        async () => {
          waited?.end();
          const lease = host.lease(generation, unavailable);
          const worked = span?.child(WORK[kind]);
          try {
            return await work(lease, signal, until);
          } finally {
            worked?.end();
            await lease.release();
          }
        },
        { cost, withinMs: EXPECTED * timeoutMs },
      ),
    );
    return c.json(answer);
  }

  /** A query for the model that it names, or the active one's. */
  async function queryOf(c: Context<Env>) {
    const request = await readBody(c, encodeRequestSchema, settings.limits.bodyBytes);
    return { ...request, unavailable: 'encode_unavailable', kind: 'queries', cost: 1 } as const;
  }

  app.post('/v1/encode', async (c) => {
    const request = await queryOf(c);
    return limited(c, request, ({ generation }) =>
      encodeQuery(
        { text: request.query, understand: request.understand, not: request.not },
        generation.search,
      ),
    );
  });

  app.post(ENCODE_IMAGE, async (c) => {
    const request = { unavailable: 'encode_unavailable', kind: 'images', cost: 1 } as const;
    return limited(c, request, async ({ generation }, signal) =>
      encodeImage(await readLimited(c.req.raw, settings.imageBytes), generation, signal),
    );
  });

  app.post('/v1/parse', async (c) => {
    const request = await queryOf(c);
    return limited(c, request, ({ generation }) =>
      parseQuery(request.query, generation.search, shippedParser),
    );
  });

  app.post('/v1/rank', async (c) => {
    const request = await readBody(c, rankRequestSchema, settings.limits.bodyBytes);
    checkRank(request, settings);
    const { generation, candidates, query } = request;
    const sentences = typeof query === 'object' && 'sentences' in query ? query.sentences.length : 1;
    const all = candidates === 'all';
    const needs = {
      generation,
      unavailable: 'rerank_unavailable',
      kind: all ? 'scans' : 'shortlists',
      cost: sentences * (all ? 1 : candidates.length),
    } as const;
    return limited(c, needs, ({ generation, active }, signal, deadline) =>
      rankImages(request, generation.search, { signal, deadline, active }).then((ranked) => {
        const { compared, took, evidence } = ranked;
        c.get('span')?.set({
          'gsmn.compared': compared,
          'gsmn.match_ms': took.match,
          'gsmn.evidence_ms': took.evidence,
          'gsmn.evidence': evidence,
        });
        return ranked;
      }),
    );
  });

  app.post('/v1/captions', async (c) => {
    const request = await readBody(c, captionsRequestSchema, settings.limits.bodyBytes);
    const needs = {
      generation: request.generation,
      unavailable: 'rerank_unavailable',
      kind: 'shortlists',
      cost: settings.limits.shortlist,
    } as const;
    return limited(c, needs, ({ generation }, signal) => rankCaptions(request, generation.search, signal));
  });

  app.get('/v1/generations/:id', async (c) => {
    const id = c.req.param('id');
    const { generation, release } = host.lease(id === 'active' ? undefined : id, 'encode_unavailable');
    const { manifest, captions } = generation.search;
    const { collections, images, fields } = manifest;
    await release();
    const answer: GenerationResponse = {
      generation: generation.id,
      collection: collections.images,
      images: images.count,
      captions: captions.count,
      fields,
    };
    return c.json(answer);
  });

  app.on(['GET', 'HEAD'], '/v1/generations/:id/query-model', async (c) => {
    const { generation, release } = host.lease(c.req.param('id'), 'encode_unavailable');
    return queryModelResponse(generation, c.req.method, release).catch(async (thrown: unknown) => {
      await release();
      throw thrown;
    });
  });

  app.get('/healthz', (c) => c.json({ status: 'ok' }));

  app.get('/readyz', (c) => {
    const status = host.status();
    const ready = status.active !== null;
    return c.json({ ready, ...status }, ready ? 200 : 503);
  });

  app.get('/v1/status', (c) =>
    c.json({
      version: VERSION,
      ...host.status(),
      generations: host.loaded().map(({ generation: { id, search }, active }) => ({
        id,
        active,
        backend: search.matcher.backend,
        encoder: search.queries.backend,
        images: search.images.count,
        cache: search.images.status,
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
    // A busy or late service is not a bug, and a stack would not explain it.
    const load = error.code === 'overloaded' || error.code === 'timeout';
    if (load) log.warn({ requestId, code: error.code }, error.message);
    else if (answer.status >= 500) log.error({ requestId, code: error.code, err: thrown }, error.message);
    return answer;
  });

  return app;
}

/** The time limit of a request: the caller's, at most `longest`. */
function timeLimit(header: string | undefined, longest: number): number {
  if (header === undefined) return longest;
  const asked = Number(header);
  if (Number.isInteger(asked) && asked > 0) return Math.min(asked, longest);
  throw new AppError(
    'request_invalid',
    `${TIMEOUT_HEADER} must be a whole number of milliseconds, not "${header}"`,
  );
}

/** Refuses requests beyond the limits of the service. */
function checkRank(
  { candidates, offset, limit }: z.output<typeof rankRequestSchema>,
  { limits, exhaustiveImages }: RerankSettings,
): void {
  if (offset + limit > limits.depth) {
    throw new AppError(
      'request_too_large',
      `a page up to image ${offset + limit}, at most ${limits.depth} are ranked`,
    );
  }
  if (candidates === 'all') return;
  // Without cosines they are an exhaustive ranking of some of the images.
  const most = candidates.some(([, coarse]) => coarse !== null)
    ? limits.shortlist
    : Math.max(limits.shortlist, exhaustiveImages);
  if (candidates.length > most) {
    throw new AppError(
      'request_too_large',
      `${candidates.length} candidates, at most ${most} are ranked at once`,
    );
  }
}

const ROUTES: ReadonlySet<string> = new Set([
  '/v1/encode',
  ENCODE_IMAGE,
  '/v1/parse',
  '/v1/rank',
  '/v1/captions',
  '/v1/status',
  '/healthz',
  '/readyz',
  '/metrics',
]);

/** The name of a path in log and metrics. */
function routeOf(path: string): string {
  if (ROUTES.has(path)) return path;
  if (/^\/v1\/generations\/[^/]*$/.test(path)) return '/v1/generations/:id';
  return /^\/v1\/generations\/[^/]*\/query-model$/.test(path) ? '/v1/generations/:id/query-model' : 'other';
}

/** Frequent requests of probes are not logged. */
const QUIET: ReadonlySet<string> = new Set(['/v1/status', '/healthz', '/readyz', '/metrics']);
/** Probes cannot send a token. */
const OPEN: ReadonlySet<string> = new Set(['/healthz', '/readyz']);
