import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { matchedRoutes } from 'hono/route';
import { AppError } from '../../shared/errors/index.ts';
import { CollectionRegistry } from './collection/registry.ts';
import { requireApiKey } from './http/api-key.ts';
import { type LocalEnv, refused, statusOf } from './http/envelope.ts';
import { createMetrics } from './http/metrics.ts';
import { collectionRoutes } from './routes/collections.ts';
import { healthRoutes } from './routes/health.ts';
import { payloadRoutes } from './routes/payload.ts';
import { pointRoutes } from './routes/points.ts';
import { queryRoutes } from './routes/query.ts';
import { Turns } from './routes/turns.ts';
import { Gate } from './scheduling/gate.ts';
import { loadScanKernel } from './vectors/kernel.ts';

export interface QdrantLocalOptions {
  /** The SQLite file; created with its folder if missing. */
  readonly path: string;
  /** If given, requests must send it. */
  readonly apiKey?: string | undefined;
  /** Maximum bytes of a request body. 32 MiB as in Qdrant. */
  readonly maxBodyBytes?: number | undefined;
  /** Milliseconds that a request may take, with its waiting, unless it says `timeout`. 30 s. */
  readonly timeoutMs?: number | undefined;
  /** Maximum number of points in one response, including those skipped by `offset`. */
  readonly maxLimit?: number | undefined;
  /** Maximum number of points in a collection. A point of 1024 dimensions takes 5 kB of memory plus its payload. */
  readonly maxPoints?: number | undefined;
  /**
   * Bytes that an exact search may scan: points times dimensions. Above, an HNSW index proposes candidates, unless the
   * query has `params.exact` or a filter. 256 MiB, about 45 ms.
   */
  readonly scanBytes?: number | undefined;
  /** Receives faults of the store or of this program, which should not happen. */
  readonly onFault?: ((error: unknown) => void) | undefined;
}

export interface QdrantLocal {
  /** Handles requests in the same process: `app.request(path, init)`, or `fetch: app.fetch`. */
  readonly app: Hono<LocalEnv>;
  /** Releases the file. Later requests fail. */
  close(): void;
}

/**
 * Opens the store and serves the part of Qdrant's REST API that README.md lists. Throws `conflict` (another process uses
 * the file), `store_damaged` (it is no store, of another version, or damaged; it can be built again),
 * `file_unreadable`, `file_unwritable`, `backend_unavailable`.
 */
export async function createQdrantLocal(options: QdrantLocalOptions): Promise<QdrantLocal> {
  const { path, apiKey, maxBodyBytes = 32 * 2 ** 20, maxLimit = 10_000, maxPoints = 1_000_000 } = options;
  const { scanBytes = 256 * 2 ** 20, timeoutMs = 30_000, onFault = () => undefined } = options;
  const registry = new CollectionRegistry({
    path,
    kernel: await loadScanKernel(),
    maxPoints,
    hnsw: { scanBytes, onFault },
  });
  const gate = new Gate();
  const turns = new Turns(gate, timeoutMs);
  const metrics = createMetrics({
    collections: () => registry.names().length,
    points: () => registry.counts(),
    requests: () => gate,
  });
  const app = new Hono<LocalEnv>();

  app.use(async (context, next) => {
    context.set('began', performance.now());
    await next();
    const endpoint = matchedRoutes(context).findLast(({ method }) => method !== 'ALL')?.path ?? 'other';
    const seconds = (performance.now() - context.var.began) / 1000;
    metrics.response(context.req.method, endpoint, context.res.status, seconds);
  });
  app.onError((thrown, context) => {
    const error = thrown instanceof AppError ? thrown : undefined;
    const status = error ? statusOf(error.code) : 500;
    if (status >= 500) onFault(thrown);
    const text = error ? [error.message, error.hint].filter(Boolean).join('. ') : 'internal error';
    return refused(context, status, text);
  });
  app.notFound((context) =>
    refused(context, 404, `${context.req.method} ${context.req.path} is not part of qdrant-local`),
  );
  if (apiKey) app.use(requireApiKey(apiKey));
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: () => {
        throw new AppError('request_too_large', `the body is larger than ${maxBodyBytes} bytes`, {
          hint: 'Send fewer points at once.',
        });
      },
    }),
  );
  app.route('/', healthRoutes(registry.id));
  app.get('/metrics', async (context) =>
    context.body(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType }),
  );
  app.route('/', collectionRoutes(registry, turns));
  app.route('/', pointRoutes(registry, turns, maxLimit));
  app.route('/', payloadRoutes(registry, turns));
  app.route('/', queryRoutes(registry, turns, maxLimit));
  return { app, close: () => registry.close() };
}
