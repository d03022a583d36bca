import type { SearchHit, SearchResponse } from '../../../shared/schema/index.ts';
import type { Failure } from '../request/outcome.ts';

/** All pages of one query that are there so far. */
export interface Results extends Pick<SearchResponse, 'query' | 'words' | 'stage' | 'degraded'> {
  readonly hits: readonly SearchHit[];
  /** Hits of the service that were passed over so far: the next page's offset. */
  readonly reached: number;
  readonly more: 'ready' | 'loading' | 'end' | Failure;
}

/** What there is to be seen. */
export type View =
  | { readonly kind: 'start' }
  /** Asked for, but without a word. */
  | { readonly kind: 'empty' }
  /** `previous` stays to be seen until the answer is there. */
  | { readonly kind: 'loading'; readonly query: string; readonly previous: Results | undefined }
  | { readonly kind: 'results'; readonly results: Results }
  | { readonly kind: 'failed'; readonly query: string; readonly failure: Failure };
