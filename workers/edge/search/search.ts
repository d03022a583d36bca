import { AppError, toAppError } from '../../../shared/errors/index.ts';
import type { EncodeResponse, SearchHit, SearchResponse } from '../../../shared/schema/index.ts';
import type { CallOptions, QdrantStore, RerankClient } from '../../clients/index.ts';
import { type Degradation, degradation, serviceError } from './degradation.ts';
import { withEvidence } from './evidence.ts';
import { rankExhaustively } from './exhaustive.ts';
import { rankHits, shortlistOf } from './ranking.ts';

export interface SearchRequest {
  readonly q: string;
  readonly limit: number;
  readonly offset: number;
  /** Compares every image instead of a shortlist. */
  readonly exhaustive: boolean;
}

export interface SearchParts {
  readonly rerank: RerankClient;
  readonly qdrant: Pick<QdrantStore, 'recall' | 'retrieve'>;
  /** Milliseconds a stage may take. */
  readonly budgets: {
    readonly encode: number;
    readonly recall: number;
    readonly rerank: number;
    readonly exhaustive: number;
    readonly evidence: number;
  };
}

export type SearchStage = 'encode' | 'recall' | 'rerank' | 'exhaustive' | 'evidence';

export interface SearchCall extends Pick<CallOptions, 'signal' | 'requestId'> {
  /** Runs one stage and notes how long it took. */
  readonly time: <T>(stage: SearchStage, work: () => Promise<T>) => Promise<T>;
}

/** Hits of a page, in their order, without evidence yet. */
export interface RankedPage {
  readonly hits: readonly SearchHit[];
  readonly degraded?: Degradation | undefined;
}

/**
 * A sentence in, ranked pictures out: encode, recall by coarse vector, GSMN on the shortlist, evidence for the hits of
 * the page; or, exhaustively, GSMN on every image instead of recall and shortlist.
 *
 * Throws when the query cannot be encoded or nothing can be recalled. When GSMN fails or is late on a shortlist the coarse
 * order is the answer, and says so; an exhaustive search has no other order, and throws.
 */
export async function search(
  request: SearchRequest,
  parts: SearchParts,
  call: SearchCall,
): Promise<SearchResponse> {
  try {
    return await searchOnce(request, parts, call);
  } catch (error) {
    // Another generation was activated between encoding and recalling, and its collection is gone: the next
    // encoding names the new one.
    if (error instanceof AppError && error.code === 'not_found') {
      return await searchOnce(request, parts, call).catch((again) => {
        throw serviceError(again, 'recall_unavailable');
      });
    }
    throw error;
  }
}

async function searchOnce(
  request: SearchRequest,
  parts: SearchParts,
  call: SearchCall,
): Promise<SearchResponse> {
  const { q, limit, offset, exhaustive } = request;
  const { rerank, budgets } = parts;
  const { time, signal, requestId } = call;
  const encoded = await time('encode', () =>
    rerank.encode({ query: q }, { signal, requestId, timeoutMs: budgets.encode }).catch((error) => {
      throw serviceError(error, 'encode_unavailable');
    }),
  );
  const { generation, words } = encoded;
  const page = await (exhaustive ? rankExhaustively : rankShortlist)(request, encoded, parts, call);
  let { hits, degraded } = page;
  const compared = hits.some(({ stage }) => stage === 'rerank');
  if (compared) {
    const options = { signal, requestId, timeoutMs: budgets.evidence };
    const shown = await time('evidence', () =>
      withEvidence(hits, { rerank, query: q, generation, call: options }),
    );
    hits = shown.hits;
    degraded = shown.degraded ?? degraded;
  }
  return {
    query: q,
    words,
    generation,
    stage: compared || exhaustive ? 'rerank' : 'recall',
    ...(exhaustive ? { ranking: 'exhaustive' as const } : {}),
    ...(degraded ? { degraded } : {}),
    limit,
    offset,
    hits: [...hits],
  };
}

/** The page by recall and GSMN on the shortlist. */
async function rankShortlist(
  { q, limit, offset }: SearchRequest,
  { generation, ranking, collection, coarse }: EncodeResponse,
  { rerank, qdrant, budgets }: SearchParts,
  { time, signal, requestId }: SearchCall,
): Promise<RankedPage> {
  const options = (timeoutMs: number): CallOptions => ({ signal, requestId, timeoutMs });
  const shortlist = shortlistOf(ranking);
  const recalled = await time('recall', () =>
    qdrant
      .recall(collection, coarse, Math.max(shortlist, offset + limit), options(budgets.recall))
      .catch((error) => {
        const known = toAppError(error);
        throw known.code === 'not_found' ? known : serviceError(known, 'recall_unavailable');
      }),
  );

  // A page that lies behind the shortlist, or an empty collection, has nothing for GSMN to do.
  const candidates = offset < shortlist ? recalled.slice(0, shortlist) : [];
  let degraded: Degradation | undefined;
  let scores: ReadonlyMap<number, number> = new Map();
  if (candidates.length > 0) {
    try {
      const ids = candidates.map(({ id }) => id);
      const answer = await time('rerank', () =>
        rerank.rerank({ query: q, generation, ids }, options(budgets.rerank)),
      );
      scores = new Map(answer.scores.map(({ id, score }) => [id, score]));
    } catch (error) {
      degraded = degradation(error, 'order');
    }
  }
  return { hits: rankHits(recalled, scores, ranking).slice(offset, offset + limit), degraded };
}
