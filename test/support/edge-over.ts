import {
  createQdrantStore,
  createRerankClient,
  qdrantBrowse,
  qdrantFields,
  qdrantPayloads,
  qdrantRecall,
  qdrantVectors,
} from '../../workers/clients/index.ts';
import { createEdgeApp, type EdgeDependencies } from '../../workers/edge/app.ts';
import { AnswerCache, type AnswerCacheOptions } from '../../workers/edge/cache/answer-cache.ts';
import { EdgeQueryEncoder } from '../../workers/edge/search/edge-query-encoder.ts';
import { remoteRanker } from '../../workers/edge/search/remote-ranker.ts';

export interface EdgeOverOptions
  extends Partial<
    Pick<
      EdgeDependencies,
      | 'cacheSeconds'
      | 'queryImageBytes'
      | 'budgets'
      | 'payloads'
      | 'allowedOrigins'
      | 'images'
      | 'rateLimiter'
      | 'keys'
      | 'observedBy'
      | 'metrics'
    >
  > {
  /** Addresses of the services. */
  readonly rerank: string;
  readonly qdrant: string;
  readonly rerankToken?: string | undefined;
  readonly qdrantKey?: string | undefined;
  /** The kernel that encodes; without it the reranker encodes every query. */
  readonly kernel?: (() => Promise<WebAssembly.Module>) | undefined;
  /** How answers are kept; without it none are. */
  readonly cache?: Pick<AnswerCacheOptions, 'bytes' | 'freshMs' | 'staleMs'> | undefined;
}

const PATIENT_MS = 20_000;

/** The edge worker's app in this process, with running services. */
export function edgeOver({
  rerank,
  qdrant,
  rerankToken,
  qdrantKey,
  kernel,
  cacheSeconds = 0,
  payloads,
  cache,
  allowedOrigins = '*',
  ...others
}: EdgeOverOptions) {
  const client = createRerankClient({ url: rerank, token: rerankToken, retries: 0 });
  const store = createQdrantStore({ url: qdrant, apiKey: qdrantKey });
  const encoder = new EdgeQueryEncoder({
    client,
    kernel,
    modelBytes: 1 << 26,
    timeoutMs: { encode: PATIENT_MS, model: PATIENT_MS },
    log: () => {},
  });
  return createEdgeApp({
    answers: cache && new AnswerCache({ ...cache, ask: () => client.generation(undefined), log: () => {} }),
    encoder,
    recall: qdrantRecall(store, PATIENT_MS),
    payloads: payloads ?? qdrantPayloads(store, PATIENT_MS),
    vectors: qdrantVectors(store, PATIENT_MS),
    fields: qdrantFields(store, PATIENT_MS),
    browse: qdrantBrowse(store, PATIENT_MS),
    ranker: remoteRanker(client, { rerank: PATIENT_MS, exhaustive: PATIENT_MS }),
    rerank: client,
    budgets: {
      encode: PATIENT_MS,
      recall: PATIENT_MS,
      rerank: PATIENT_MS,
      exhaustive: PATIENT_MS,
      wait: PATIENT_MS,
      images: PATIENT_MS,
      // A process starts for it, on a machine that may be busy.
      queryImage: 3 * PATIENT_MS,
    },
    allowedOrigins,
    cacheSeconds,
    widget: { script: '', parts: {} },
    queryImageBytes: 2 ** 20,
    texts: {},
    explain: '',
    log: () => {},
    ...others,
  });
}
