import { vi } from 'vitest';
import type {
  EncodeResponse,
  ParseResponse,
  RankAllResponse,
  RerankRequest,
  RerankResponse,
} from '../../../shared/schema/index.ts';
import type { RecalledImage } from '../../../workers/clients/index.ts';
import { createEdgeApp, type EdgeDependencies } from '../../../workers/edge/app.ts';

export const GENERATION = '0123456789abcdef';

export function encoded(changes: Partial<EncodeResponse> = {}): EncodeResponse {
  return {
    generation: GENERATION,
    collection: `images-${GENERATION}`,
    ranking: { shortlist: 4, coarseWeight: 0.5 },
    coarse: [0.6, 0.8],
    words: [
      { text: 'two', id: 4, known: true },
      { text: 'zebroids', id: 3, known: false },
    ],
    ...changes,
  };
}

/** Images 0, 1, 2 … whose coarse scores fall by 0.1 each. */
export function recalled(count: number): RecalledImage[] {
  return Array.from({ length: count }, (_, id) => ({
    id,
    score: 0.9 - id / 10,
    payload: {
      name: `${id}.png`,
      url: `/images/${id}.png`,
      width: 640,
      height: 480,
      captions: [`caption ${id}`],
      metadata: { licence: 'CC0' },
    },
  }));
}

/** GSMN that prefers later images, so that its order is not the coarse one. */
export function scored({ generation, ids, evidenceIds = [] }: RerankRequest): RerankResponse {
  return {
    generation,
    backend: 'simd',
    scores: ids.map((id) => ({
      id,
      score: id,
      imageToText: id / 2,
      textToImage: id / 2,
      ...(evidenceIds.includes(id)
        ? {
            evidence: {
              words: [
                { word: 'two', score: 0.4, regions: [{ region: 3, weight: 0.7, box: [0.1, 0.2, 0.5, 0.6] }] },
              ],
            },
          }
        : {}),
    })),
  };
}

/** All of ten images by the same GSMN, the best `limit`; their coarse scores fall by a tenth each. */
export function rankedAll(limit: number): RankAllResponse {
  return {
    generation: GENERATION,
    backend: 'simd',
    compared: 10,
    images: Array.from({ length: 10 }, (_, rank) => 9 - rank)
      .slice(0, limit)
      .map((id) => ({ id, score: id, coarse: 0.9 - id / 10 })),
  };
}

/** A parse of two words, the second of which the model does not know. */
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

type Rerank = EdgeDependencies['rerank'];
type Qdrant = EdgeDependencies['qdrant'];

/** An app with working parts; a test replaces the part that it is about. */
export function edge(
  changes: Partial<Omit<EdgeDependencies, 'rerank' | 'qdrant'>> & {
    readonly rerank?: Partial<Rerank>;
    readonly qdrant?: Partial<Qdrant>;
  } = {},
) {
  const encode = vi.fn<EdgeDependencies['rerank']['encode']>(async () => encoded());
  const rerank = vi.fn<EdgeDependencies['rerank']['rerank']>(async (request) => scored(request));
  const recall = vi.fn<EdgeDependencies['qdrant']['recall']>(async (_collection, _vector, limit) =>
    recalled(6).slice(0, limit),
  );
  const parse = vi.fn<Rerank['parse']>(async () => parsed());
  const rankAll = vi.fn<Rerank['rankAll']>(async ({ limit }) => rankedAll(limit));
  const retrieve = vi.fn<Qdrant['retrieve']>(async (_collection, ids) =>
    recalled(10)
      .filter(({ id }) => ids.includes(id))
      .map(({ id, payload }) => ({ id, payload })),
  );
  const log = vi.fn<EdgeDependencies['log']>();
  const app = createEdgeApp({
    budgets: { encode: 1000, recall: 1000, rerank: 200, exhaustive: 500, evidence: 200 },
    allowedOrigins: '*',
    cacheSeconds: 60,
    widget: 'customElements;',
    explain: 'customElements; //explain',
    log,
    ...changes,
    rerank: { encode, parse, rerank, rankAll, ...changes.rerank },
    qdrant: { recall, retrieve, ...changes.qdrant },
  });
  return { app, encode, parse, rerank, rankAll, recall, retrieve, log };
}
