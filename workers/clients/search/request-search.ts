import type { SearchResponse } from '../../../shared/schema/index.ts';
import { ask, type Transport, withParameters } from './ask.ts';
import { isRecord } from './search-problem.ts';

/** A page of a search. Limits are in `SEARCH_LIMITS`. */
export interface SearchRequest {
  /** What happens in the image, as a sentence. */
  readonly q: string;
  /** Hits on the page; the service's own number, 20, when absent. */
  readonly limit?: number | undefined;
  /** Hits to leave out. */
  readonly offset?: number | undefined;
  /** Compare every image and not a shortlist; for small collections. */
  readonly exhaustive?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One page of hits. Rejects as `ask` does. */
export function requestSearch(
  endpoint: URL,
  { q, limit, offset, exhaustive, signal }: SearchRequest,
  transport?: Transport,
): Promise<SearchResponse> {
  // Only a body can ask for it.
  const question = exhaustive
    ? { address: endpoint, body: { q, limit, offset, exhaustive } }
    : { address: withParameters(endpoint, { q, limit, offset: offset || undefined }) };
  return ask({ ...question, isAnswer, signal }, transport);
}

/** Enough to tell a search from a page that happens to answer 200. */
function isAnswer(body: unknown): body is SearchResponse {
  return (
    isRecord(body) &&
    typeof body.query === 'string' &&
    typeof body.limit === 'number' &&
    Array.isArray(body.words) &&
    Array.isArray(body.hits) &&
    body.hits.every((hit) => isRecord(hit) && isRecord(hit.image) && Array.isArray(hit.captions))
  );
}
