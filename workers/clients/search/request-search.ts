import type { SearchResponse } from '../../../shared/schema/index.ts';
import { ask, type Transport, withParameters } from './ask.ts';
import { isRecord } from './search-problem.ts';

/** A page of a search. Limits are in `SEARCH_LIMITS`. */
export interface PageRequest {
  /** What happens in the image, as a sentence. */
  readonly q: string;
  /** Hits on the page; by default the service's own number, 20. */
  readonly limit?: number | undefined;
  /** Hits to skip. */
  readonly offset?: number | undefined;
  /** False searches for the words as they are written; by default the query is read as it was meant. */
  readonly understand?: boolean | undefined;
  /** False makes each of the images that look alike a hit; by default the best of them is one, which names the others. */
  readonly collapse?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SearchRequest extends PageRequest {
  /** Compare every image instead of a shortlist; for small indexes. */
  readonly exhaustive?: boolean | undefined;
}

/** One page of the shortlist's hits. Rejects as `ask` does. */
export function requestSearch(
  endpoint: URL,
  { q, limit, offset, understand, collapse, signal }: PageRequest,
  transport?: Transport,
): Promise<SearchResponse> {
  const address = withParameters(endpoint, {
    q,
    limit,
    offset: offset || undefined,
    understand: understand === false ? 'false' : undefined,
    collapse: collapse === false ? 'false' : undefined,
  });
  return ask({ address, isAnswer, signal }, transport);
}

/** One page of an exhaustive search, which needs a request with a body. Rejects as `ask` does. */
export function requestExhaustive(
  endpoint: URL,
  { q, limit, offset, understand, collapse, signal }: PageRequest,
  transport?: Transport,
): Promise<SearchResponse> {
  const json = 'application/json';
  const init = {
    method: 'POST',
    headers: { accept: json, 'content-type': json },
    body: JSON.stringify({ q, limit, offset, understand, collapse, exhaustive: true }),
  };
  return ask({ address: endpoint, init, isAnswer, signal }, transport);
}

/** Enough to distinguish a search result from a page that happens to have status 200. */
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
