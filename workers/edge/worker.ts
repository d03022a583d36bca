import explain from 'gsmn:explain';
import arabic from 'gsmn:texts/ar';
import german from 'gsmn:texts/de';
import widget from 'gsmn:widget';
import { type ExecutionContext, Hono } from 'hono';
import encodePlain from '../../.build/kernels/encode-plain.wasm';
import encodeRelaxed from '../../.build/kernels/encode-relaxed.wasm';
import { VERSION } from '../../shared/http/index.ts';
import { hasRelaxedSimd } from '../../shared/match/simd/relaxed-simd.ts';
import type { QueryLogLine } from '../../shared/observe/query-log-line.ts';
import { Tracing } from '../../shared/observe/tracing.ts';
import {
  createQdrantStore,
  createRerankClient,
  qdrantBrowse,
  qdrantFields,
  qdrantPayloads,
  qdrantRecall,
  qdrantVectors,
} from '../clients/index.ts';
import { createEdgeApp, type EdgeDependencies } from './app.ts';
import { AnswerCache } from './cache/answer-cache.ts';
import { type AnswerStore, ColoAnswers } from './cache/colo-answers.ts';
import { type EdgeConfiguration, readEnvironment } from './environment.ts';
import type { EdgeEnv, Log } from './http/edge-env.ts';
import { problemResponse } from './http/problem.ts';
import type { RateLimiter } from './http/rate-limit.ts';
import { type AnalyticsDataset, analyticsObserver } from './observe/analytics.ts';
import { EdgeMetrics } from './observe/edge-metrics.ts';
import { QueryLog, writeToDataset } from './observe/query-log.ts';
import { EdgeQueryEncoder } from './search/edge-query-encoder.ts';
import { remoteRanker } from './search/remote-ranker.ts';

interface Bindings extends Readonly<Record<string, unknown>> {
  readonly RATE_LIMITER?: RateLimiter;
  /** The version of the worker that runs. */
  readonly CF_VERSION_METADATA?: { readonly id: string };
  readonly SEARCH_METRICS?: AnalyticsDataset;
  readonly QUERY_LOG?: AnalyticsDataset;
}

/** The Cache API, as Workers have it. */
declare const caches: { readonly default: AnswerStore };

/** A query model has about ten megabytes. */
const MODEL_TIMEOUT_MS = 30_000;

/** Workers must not compile WebAssembly at run time: both builds are modules of the worker. */
async function encodeKernel(): Promise<WebAssembly.Module> {
  return hasRelaxedSimd() ? encodeRelaxed : encodePlain;
}

/** The level of a line is that of the function that prints it. */
const log: Log = (entry) => console[entry.level](JSON.stringify(entry));

/** An isolate has one set of bindings; the app and its circuit breakers live as long as the isolate. */
let app: Hono<EdgeEnv> | undefined;

function build(bindings: Bindings): Hono<EdgeEnv> {
  const {
    rerank,
    qdrant,
    imagesUrl,
    imageWidths,
    page,
    budgets,
    allowedOrigins,
    allowedHosts,
    keys,
    cacheSeconds,
    answers,
    queryImageBytes,
    queryModelBytes,
    ...settings
  } = readEnvironment(bindings);
  const client = createRerankClient(rerank);
  const store = createQdrantStore(qdrant);
  const { observedBy, metrics } = observers(settings, bindings);
  return createEdgeApp({
    encoder: new EdgeQueryEncoder({
      client,
      kernel: encodeKernel,
      modelBytes: queryModelBytes,
      timeoutMs: { encode: budgets.encode, model: MODEL_TIMEOUT_MS },
      log,
    }),
    recall: qdrantRecall(store, budgets.recall),
    payloads: qdrantPayloads(store, budgets.recall),
    vectors: qdrantVectors(store, budgets.recall),
    fields: qdrantFields(store, budgets.recall),
    browse: qdrantBrowse(store, budgets.recall),
    ranker: remoteRanker(client, budgets),
    rerank: client,
    budgets,
    allowedOrigins,
    allowedHosts,
    cacheSeconds,
    queryImageBytes,
    answers: answers.bytes === 0 ? undefined : keptAnswers(),
    widget,
    explain,
    texts: { ar: arabic, de: german },
    page,
    rateLimiter: bindings.RATE_LIMITER,
    keys,
    imageWidths,
    images: imagesUrl
      ? { url: imagesUrl, timeoutMs: budgets.images, fetch: (input, init) => fetch(input, init) }
      : undefined,
    observedBy,
    metrics,
    log,
  });

  function keptAnswers(): AnswerCache {
    const deployment = bindings.CF_VERSION_METADATA?.id ?? '';
    return new AnswerCache({
      ...answers,
      colo: new ColoAnswers({ store: caches.default, deployment, log }),
      ask: ({ requestId }) => client.generation(undefined, { requestId, timeoutMs: budgets.encode }),
      log,
    });
  }
}

/** What observes requests, by what is set. */
function observers(
  {
    metricsToken,
    queryLogSample: sample,
    tracing: traced,
  }: Pick<EdgeConfiguration, 'metricsToken' | 'queryLogSample' | 'tracing'>,
  { SEARCH_METRICS: dataset, QUERY_LOG: queries }: Bindings,
): Pick<EdgeDependencies, 'observedBy' | 'metrics'> {
  const tracing =
    traced && new Tracing({ ...traced, service: 'gsmn-edge', version: VERSION, trustsCallers: false });
  const metrics = metricsToken === undefined ? undefined : new EdgeMetrics();
  // Without a dataset the log of the worker has the lines.
  const write =
    queries === undefined
      ? (queryLog: QueryLogLine) => log({ level: 'info', queryLog })
      : writeToDataset(queries);
  const queryLog = sample === 0 ? undefined : new QueryLog({ sample, write });
  const observers = [
    ...(metrics === undefined ? [] : [metrics.observe]),
    ...(dataset === undefined ? [] : [analyticsObserver(dataset)]),
  ];
  return {
    observedBy:
      observers.length === 0 && tracing === undefined && queryLog === undefined
        ? undefined
        : { observers, tracing, queryLog },
    metrics:
      metrics === undefined || metricsToken === undefined
        ? undefined
        : { metrics, token: metricsToken, spans: tracing && (() => tracing.counts) },
  };
}

/** The app when the configuration is wrong: every request gets an internal error, and the log has the reason. */
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
  fetch(request: Request, bindings: Bindings, context: ExecutionContext): Response | Promise<Response> {
    app ??= start(bindings);
    const answer = app.fetch(request, bindings, context);
    // When a caller leaves, the runtime drops its request in the middle of whatever it awaits: nothing after that runs, no
    // `finally` either, and what the request holds (its place among the searches) would never be free again. Work that is
    // waited for runs to its end; the request's signal makes that soon.
    context.waitUntil(Promise.resolve(answer).catch(() => {}));
    return answer;
  },
};
