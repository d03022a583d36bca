import type { SearchResponse } from '../../../shared/schema/index.ts';

/** Why there is no answer, in words for the person who searched. */
export interface Failure {
  readonly kind: 'problem' | 'limited' | 'offline' | 'unreachable' | 'late' | 'foreign';
  readonly title: string;
  readonly detail: string;
  readonly hint?: string | undefined;
  /** Seconds after which asking again makes sense. */
  readonly retryAfter?: number | undefined;
  /** What whoever runs the service finds the failure by. */
  readonly requestId?: string | undefined;
}

export type Outcome<Answer = SearchResponse> =
  | { readonly answer: Answer; readonly failure?: undefined }
  | { readonly failure: Failure; readonly answer?: undefined };

export interface PageRequest {
  readonly q: string;
  readonly limit: number;
  readonly offset: number;
}
