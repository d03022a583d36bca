import type { SearchHit, SearchResponse } from '../../../shared/schema/index.ts';
import type { SearchProblem } from './search-problem.ts';

/** All pages of one query that are there so far. */
export interface SearchResults extends Pick<SearchResponse, 'query' | 'words' | 'stage' | 'degraded'> {
  readonly hits: readonly SearchHit[];
  /** Hits of the service that were passed over so far: the next page's offset. */
  readonly reached: number;
  /** The next page: can be fetched, is on its way, does not exist, or could not be fetched. */
  readonly more: 'ready' | 'loading' | 'end' | SearchProblem;
}

/** What there is to show. A state is never changed, but replaced. */
export type SearchState =
  /** Nothing was asked, or the question was taken back. */
  | { readonly status: 'idle' }
  /** Asked, but without a word. */
  | { readonly status: 'blank' }
  | {
      readonly status: 'searching';
      readonly query: string;
      /** The search began by itself, in a pause while someone typed. */
      readonly typed: boolean;
      /** What was found before, to be shown until the answer is there. */
      readonly previous: SearchResults | undefined;
    }
  /** `empty` when there are no hits. */
  | { readonly status: 'results' | 'empty'; readonly results: SearchResults }
  /** `problem.retryAfter` says how long a rate limit lasts. */
  | {
      readonly status: 'failed' | 'offline' | 'rate-limited';
      readonly query: string;
      readonly problem: SearchProblem;
    };

/** The query that a state is about, if there is one. */
export function queryOf(state: SearchState): string | undefined {
  return 'results' in state ? state.results.query : 'query' in state ? state.query : undefined;
}
