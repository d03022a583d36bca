import { AppError, toAppError } from '../../../shared/errors/index.ts';
import type { SearchResponse } from '../../../shared/schema/index.ts';
import type { CallOptions, QdrantStore, RerankClient } from '../../clients/index.ts';
import { type Degradation, degradation, serviceError } from './degradation.ts';
import { collectEvidence } from './evidence.ts';
import { rankHits, shortlistOf } from './ranking.ts';

export interface SearchRequest {
  readonly q: string;
  readonly limit: number;
  readonly offset: number;
}

export interface SearchParts {
  readonly rerank: RerankClient;
  readonly qdrant: Pick<QdrantStore, 'recall'>;
  /** Milliseconds a stage may take. */
  readonly budgets: {
    readonly encode: number;
    readonly recall: number;
    readonly rerank: number;
    readonly evidence: number;
  };
}

export type SearchStage = 'encode' | 'recall' | 'rerank' | 'evidence';

export interface SearchCall extends Pick<CallOptions, 'signal' | 'requestId'> {
  /** Runs one stage and notes how long it took. */
  readonly time: <T>(stage: SearchStage, work: () => Promise<T>) => Promise<T>;
}

/**
 * A sentence in, ranked pictures out: encode, recall by coarse vector, GSMN on the shortlist, evidence for the hits of
 * the page.
 *
 * Throws when the query cannot be encoded or nothing can be recalled. When GSMN fails or is late the coarse order is
 * the answer, and says so.
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
  { q, limit, offset }: SearchRequest,
  { rerank, qdrant, budgets }: SearchParts,
  { time, signal, requestId }: SearchCall,
): Promise<SearchResponse> {
  const options = (timeoutMs: number): CallOptions => ({ signal, requestId, timeoutMs });

  const encoded = await time('encode', () =>
    rerank.encode({ query: q }, options(budgets.encode)).catch((error) => {
      throw serviceError(error, 'encode_unavailable');
    }),
  );
  const { generation, ranking } = encoded;
  const shortlist = shortlistOf(ranking);
  const recalled = await time('recall', () =>
    qdrant
      .recall(
        encoded.collection,
        encoded.coarse,
        Math.max(shortlist, offset + limit),
        options(budgets.recall),
      )
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

  const ranked = rankHits(recalled, scores, ranking);
  let hits = ranked.slice(offset, offset + limit);
  const matched = hits.filter(({ stage }) => stage === 'rerank').map(({ id }) => id);
  if (matched.length > 0) {
    try {
      const evidence = await time('evidence', () =>
        collectEvidence(rerank, { query: q, generation, ids: matched }, options(budgets.evidence)),
      );
      hits = hits.map((hit) => {
        const found = evidence.get(hit.id);
        return found ? { ...hit, evidence: found } : hit;
      });
    } catch (error) {
      degraded = degradation(error, 'evidence');
    }
  }

  return {
    query: q,
    words: encoded.words,
    generation,
    stage: matched.length > 0 ? 'rerank' : 'recall',
    ...(degraded ? { degraded } : {}),
    limit,
    offset,
    hits,
  };
}
