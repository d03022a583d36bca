import { vi } from 'vitest';
import type {
  EncodeResponse,
  ImagePayload,
  PackedEvidence,
  ParseResponse,
  RankRequest,
  RankResponse,
} from '../../../shared/schema/index.ts';
import {
  type QdrantStore,
  qdrantBrowse,
  qdrantFields,
  qdrantPayloads,
  qdrantRecall,
  qdrantVectors,
  type RecalledPoint,
  type RerankClient,
} from '../../../workers/clients/index.ts';
import { createEdgeApp, type EdgeDependencies } from '../../../workers/edge/app.ts';
import { AnswerCache, type AnswerCacheOptions } from '../../../workers/edge/cache/answer-cache.ts';
import { EdgeQueryEncoder } from '../../../workers/edge/search/edge-query-encoder.ts';
import { remoteRanker } from '../../../workers/edge/search/remote-ranker.ts';

export const GENERATION = '0123456789abcdef';

export function encoded(changes: Partial<EncodeResponse> = {}): EncodeResponse {
  return {
    generation: GENERATION,
    collection: `images-${GENERATION}`,
    images: 10,
    ranking: { shortlist: 4, coarseWeight: 0.5 },
    coarse: [0.6, 0.8],
    words: [
      { text: 'two', id: 4, known: true },
      { text: 'zebroids', id: 3, known: false },
    ],
    ...changes,
  };
}

/** Images 0, 1, 2 … whose coarse score falls by 0.1 each. */
export function recalled(count: number): RecalledPoint[] {
  return Array.from({ length: count }, (_, id) => ({ id, score: 0.9 - id / 10 }));
}

export function payloadOf(id: number): ImagePayload {
  return {
    name: `${id}.png`,
    url: `/images/${id}.png`,
    width: 640,
    height: 480,
    captions: [`caption ${id}`],
    metadata: { licence: 'CC0' },
  };
}

/** Evidence for each word of the query (at least two words): the first one attended to region 3. */
function evidenceFor(query: RankRequest['query']): PackedEvidence {
  const wordsOf = (sentence: string | { readonly words: readonly string[] }): number =>
    typeof sentence === 'string' ? (sentence.match(/\w+|[^\s\w]/g) ?? []).length : sentence.words.length;
  const words = typeof query === 'object' && 'sentences' in query ? 1 : wordsOf(query);
  return {
    words: [[0.4, 3, 0.7], ...Array.from({ length: Math.max(1, words - 1) }, () => [0.1])],
    boxes: [[3, 0.1, 0.2, 0.5, 0.6]],
  };
}

/** A reranker that prefers later images, so that its order differs from the coarse order; it has ten images. */
export function ranked(request: RankRequest, changes: Partial<RankResponse> = {}): RankResponse {
  const { query, generation, candidates, offset = 0, limit } = request;
  const evidence = evidenceFor(query);
  const all = candidates === 'all' ? recalled(10).map(({ id, score }) => [id, score] as const) : candidates;
  const images = all
    .map(([id, coarse]) => ({ id, gsmn: id, coarse: coarse ?? Number.NaN }))
    .map((image) => ({ ...image, score: image.gsmn + 0.5 * image.coarse }))
    .sort((a, b) => b.score - a.score)
    .slice(offset, offset + limit);
  return {
    generation,
    active: generation,
    backend: 'simd',
    compared: all.length,
    total: all.length,
    images: images.map((image) => ({ ...image, payload: payloadOf(image.id), evidence })),
    evidence: 'complete',
    took: { match: 1.5, evidence: 0.5 },
    ...changes,
  };
}

/** The parse of two words, the second of which the model does not know. */
export function parsed(changes: Partial<ParseResponse> = {}): ParseResponse {
  return {
    generation: GENERATION,
    compared: true,
    words: [
      { text: 'two', id: 4, known: true, head: 2, relation: 'nummod', tag: 'CD', universalTag: 'NUM' },
      {
        text: 'zebroids',
        id: 3,
        known: false,
        suggestion: 'zebras',
        head: 0,
        relation: 'root',
        tag: 'NNS',
        universalTag: 'NOUN',
      },
    ],
    dependencies: [
      [0, 2],
      [2, 1],
    ],
    ...changes,
  };
}

type Client = Pick<
  RerankClient,
  'encode' | 'parse' | 'rank' | 'queryModel' | 'generation' | 'captions' | 'encodeImage'
>;
type Store = Pick<QdrantStore, 'recall' | 'retrieve' | 'count' | 'listIds' | 'listOrdered'>;

/** The parts that the worker's entry file puts together; a test can replace them. */
export interface EdgeChanges
  extends Partial<
    Omit<
      EdgeDependencies,
      'encoder' | 'recall' | 'ranker' | 'payloads' | 'vectors' | 'fields' | 'browse' | 'rerank' | 'budgets'
    >
  > {
  readonly rerank?: Partial<Client>;
  readonly qdrant?: Partial<Store>;
  readonly rerankMs?: number;
  readonly waitMs?: number;
  /** The kernel that encodes queries; without it the reranker encodes them all. */
  readonly kernel?: () => Promise<WebAssembly.Module>;
  /** How answers are kept; without it none are. */
  readonly cache?: Partial<Pick<AnswerCacheOptions, 'bytes' | 'freshMs' | 'staleMs' | 'colo'>>;
}

/** An app with services that work; a test replaces those that it tests. */
export function edge({
  rerank: client,
  qdrant,
  rerankMs = 200,
  waitMs = 1000,
  kernel,
  cache,
  ...changes
}: EdgeChanges = {}) {
  const encode = vi.fn<Client['encode']>(async () => encoded());
  const parse = vi.fn<Client['parse']>(async () => parsed());
  const rank = vi.fn<Client['rank']>(async (request) => ranked(request));
  const queryModel = vi.fn<Client['queryModel']>(async () => Promise.reject(new Error('not asked for')));
  const recall = vi.fn<Store['recall']>(async (_collection, _vector, limit) => recalled(6).slice(0, limit));
  const retrieve = vi.fn<Store['retrieve']>(async (_collection, ids) =>
    ids.map((id) => ({ id, payload: payloadOf(id) })),
  );
  const count = vi.fn<Store['count']>(async () => 6);
  const listIds = vi.fn<Store['listIds']>(async () => ({ ids: [0, 1, 2, 3, 4, 5], next: null }));
  const listOrdered = vi.fn<Store['listOrdered']>(async () => []);
  const generation = vi.fn<Client['generation']>(async () => ({
    generation: GENERATION,
    collection: `images-${GENERATION}`,
    images: 10,
  }));
  const log = vi.fn<EdgeDependencies['log']>();
  const captions = vi.fn<Client['captions']>(async ({ generation: of }) => ({
    generation: of,
    compared: 0,
    captions: [],
  }));
  const encodeImage = vi.fn<Client['encodeImage']>(async () => {
    const { generation: of, collection, images, coarse } = encoded();
    return { generation: of, collection, images, coarse };
  });
  const services = { encodeImage, encode, parse, rank, queryModel, generation, captions, ...client };
  const store = { recall, retrieve, count, listIds, listOrdered, ...qdrant };
  const answers =
    cache &&
    new AnswerCache({
      bytes: 1 << 20,
      freshMs: 60_000,
      staleMs: 60_000,
      ...cache,
      ask: ({ requestId }) => services.generation(undefined, { requestId }),
      log,
    });
  const app = createEdgeApp({
    answers,
    encoder: new EdgeQueryEncoder({
      client: services,
      kernel,
      modelBytes: 1 << 26,
      timeoutMs: { encode: 1000, model: 5000 },
      log,
    }),
    recall: qdrantRecall(store, 1000),
    payloads: qdrantPayloads(store, 1000),
    vectors: qdrantVectors(store, 1000),
    fields: qdrantFields(store, 1000),
    browse: qdrantBrowse(store, 1000),
    ranker: remoteRanker(services, { rerank: rerankMs, exhaustive: 500 }),
    rerank: services,
    budgets: {
      encode: 1000,
      recall: 1000,
      rerank: rerankMs,
      exhaustive: 500,
      wait: waitMs,
      images: 1000,
      queryImage: 1000,
    },
    allowedOrigins: '*',
    cacheSeconds: 60,
    widget: { script: 'customElements;', parts: { 'widget-detail-0123456789abcdef.js': 'dialog;' } },
    queryImageBytes: 1 << 16,
    texts: { de: '{}' },
    explain: 'customElements; //explain',
    log,
    ...changes,
  });
  return {
    app,
    encode,
    encodeImage,
    parse,
    rank,
    queryModel,
    recall,
    retrieve,
    count,
    listIds,
    generation,
    answers,
    log,
  };
}
