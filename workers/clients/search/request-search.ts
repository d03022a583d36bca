import type { Channel, FilterJson, SearchResponse } from '../../../shared/schema/index.ts';
import type { Transport } from './ask.ts';
import { askSearch, getSearch } from './get-search.ts';

/** One of several sentences. */
export interface WeightedSentence {
  readonly q: string;
  readonly weight?: number | undefined;
}

/** A page of a search. Limits are in `SEARCH_LIMITS`. */
export interface PageRequest {
  /** What happens in the image, as a sentence; or several, which count by their weights, 1 by default. */
  readonly q: string | readonly WeightedSentence[];
  /** What images should not show, as phrases, or not look like, as `id:123`: such images are ranked lower. */
  readonly not?: readonly string[] | undefined;
  /** The version of the index that ids in `not` are from: `generation` of that answer. */
  readonly generation?: string | undefined;
  /** Hits on the page; by default the service's own number, 20. */
  readonly limit?: number | undefined;
  /** Hits to skip. */
  readonly offset?: number | undefined;
  /** `next` of the page before, instead of `offset`: the page that follows it in the same version of the index. */
  readonly after?: string | undefined;
  /** False searches for the words as they are written; by default the query is read as it was meant. */
  readonly understand?: boolean | undefined;
  /** False makes each of the images that look alike a hit; by default the best of them is one, which names the others. */
  readonly collapse?: boolean | undefined;
  /** Which images are searched: `year>=2019 AND place:"Rome"`, or the same as JSON. The service says by which fields. */
  readonly filter?: string | FilterJson | undefined;
  /** Fields whose values are counted among the images that are compared. */
  readonly facets?: readonly string[] | undefined;
  /** What recall goes over: pixels, captions, or both; by default all that the index has. */
  readonly channels?: readonly Channel[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SearchRequest extends PageRequest {
  /** Compare every image instead of a shortlist; for small indexes. */
  readonly exhaustive?: boolean | undefined;
  /** Gets recall's order while the shortlist is ranked, if that takes longer. */
  readonly onRecall?: ((answer: SearchResponse) => void) | undefined;
}

/** One page. What an address can say is asked by GET, which may be cached; else by POST. Rejects as `ask` does. */
export function requestSearch(
  endpoint: URL,
  { signal, onRecall, q, ...request }: SearchRequest,
  transport?: Transport,
): Promise<SearchResponse> {
  const one = typeof q === 'string';
  const { filter, exhaustive, channels } = request;
  if (!exhaustive && typeof filter !== 'object') {
    const sentences = one ? { q } : { q: q.map((sentence) => sentence.q), weights: weightsOf(q) };
    const addressed = { ...request, ...sentences, filter, channels: channels?.join(), signal, onRecall };
    return getSearch(endpoint, addressed, transport);
  }
  const body = JSON.stringify({ ...(one ? { q } : { queries: q }), ...request });
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  return askSearch(endpoint, init, { signal, onRecall }, transport);
}

/** Nothing if all are 1. */
function weightsOf(sentences: readonly WeightedSentence[]): string | undefined {
  return sentences.some(({ weight = 1 }) => weight !== 1)
    ? sentences.map(({ weight = 1 }) => weight).join()
    : undefined;
}
