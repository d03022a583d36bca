import type { SearchHit, SearchResponse } from '../../../shared/schema/index.ts';
import type { SearchProblem } from './search-problem.ts';

/** All pages of one query that were fetched so far. */
export interface SearchResults
  extends Pick<
    SearchResponse,
    | 'query'
    | 'generation'
    | 'words'
    | 'understood'
    | 'without'
    | 'stage'
    | 'degraded'
    | 'filtered'
    | 'facets'
    | 'match'
  > {
  /** The image whose likes these are, instead of those for the query, if the client of the session searches so. */
  readonly like?: number | undefined;
  readonly hits: readonly SearchHit[];
  /** Recall's order, until the ranked one is there. */
  readonly provisional: boolean;
  /** Where the next page begins; undefined if there is none. */
  readonly next: string | undefined;
  /** The next page: can be fetched, is being fetched, does not exist, or could not be fetched. */
  readonly more: 'ready' | 'loading' | 'end' | SearchProblem;
}

/** What to show. A state is never changed, but replaced. */
export type SearchState =
  /** No query, or it was removed. */
  | { readonly status: 'idle' }
  /** A query without a word. */
  | { readonly status: 'blank' }
  | {
      readonly status: 'searching';
      readonly query: string;
      /** The search started by itself, in a pause of typing. */
      readonly typed: boolean;
      /** The previous result, to be shown until the answer is there. */
      readonly previous: SearchResults | undefined;
    }
  /** `empty` if there are no hits. */
  | { readonly status: 'results' | 'empty'; readonly results: SearchResults }
  /** `problem.retryAfter` is the duration of a rate limit. */
  | {
      readonly status: 'failed' | 'offline' | 'rate-limited';
      readonly query: string;
      readonly problem: SearchProblem;
    };

/** The query of a state, if there is one. */
export function queryOf(state: SearchState): string | undefined {
  return 'results' in state ? state.results.query : 'query' in state ? state.query : undefined;
}
