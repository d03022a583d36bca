import type { SearchResponse } from '../../../shared/schema/index.ts';
import type { Outcome, PageRequest } from './outcome.ts';
import { isRecord } from './read-problem.ts';
import { requestJson } from './request-json.ts';

/** One page of hits; never throws. */
export function requestPage(
  endpoint: URL,
  { q, limit, offset }: PageRequest,
  signal: AbortSignal,
): Promise<Outcome> {
  const address = new URL(endpoint);
  address.searchParams.set('q', q);
  address.searchParams.set('limit', String(limit));
  if (offset > 0) address.searchParams.set('offset', String(offset));
  return requestJson(address, isAnswer, signal);
}

/** Enough to tell our API from a page that happens to answer 200. */
function isAnswer(body: unknown): body is SearchResponse {
  return (
    isRecord(body) &&
    typeof body.query === 'string' &&
    Array.isArray(body.words) &&
    Array.isArray(body.hits) &&
    body.hits.every((hit) => isRecord(hit) && isRecord(hit.image) && Array.isArray(hit.captions))
  );
}
