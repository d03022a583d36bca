import type { SearchResponse } from '../../../shared/schema/index.ts';
import { ask, type Transport, withParameters } from './ask.ts';
import { readEvents } from './read-events.ts';
import { isRecord } from './search-problem.ts';

/** What every search can have, by any method. */
interface Asking {
  readonly signal?: AbortSignal | undefined;
  readonly onRecall?: ((answer: SearchResponse) => void) | undefined;
}

/** A search that an address can say, with the fields of `SearchRequest`. */
export interface AddressedSearch extends Asking {
  readonly q: string | readonly string[];
  readonly weights?: string | undefined;
  readonly not?: readonly string[] | undefined;
  readonly generation?: string | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly after?: string | undefined;
  readonly understand?: boolean | undefined;
  readonly collapse?: boolean | undefined;
  readonly filter?: string | undefined;
  readonly facets?: readonly string[] | undefined;
  readonly channels?: string | undefined;
}

/** One page, by GET, which may be cached; in a file of its own, which is all of a search that the widget needs. Rejects as `ask` does. */
export function getSearch(
  endpoint: URL,
  { signal, onRecall, offset, understand, collapse, facets, ...request }: AddressedSearch,
  transport?: Transport,
): Promise<SearchResponse> {
  const { q, weights, not, generation, limit, after, filter, channels } = request;
  // In one order: caches compare whole addresses.
  const address = withParameters(endpoint, {
    q,
    weights,
    not,
    generation,
    limit,
    offset: offset || undefined,
    after,
    understand: understand === false ? 'false' : undefined,
    collapse: collapse === false ? 'false' : undefined,
    filter,
    facets: facets?.join(),
    channels,
  });
  return askSearch(address, {}, { signal, onRecall }, transport);
}

/** A search by any method. */
export function askSearch(
  address: URL,
  {
    headers,
    ...init
  }: Pick<RequestInit, 'method' | 'body'> & { readonly headers?: Readonly<Record<string, string>> },
  { signal, onRecall }: Asking,
  transport?: Transport,
): Promise<SearchResponse> {
  const json = 'application/json';
  const accept = onRecall === undefined ? json : `text/event-stream, ${json};q=0.9`;
  const read = onRecall && ((response: Response) => readEvents(response, isAnswer, onRecall));
  return ask(
    { address, init: { ...init, headers: { ...headers, accept } }, isAnswer, read, signal },
    transport,
  );
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
