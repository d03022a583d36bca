import { AppError, type ErrorCode, toAppError } from '../../../shared/errors/index.ts';
import type { SearchResponse } from '../../../shared/schema/index.ts';

export type Degradation = NonNullable<SearchResponse['degraded']>;

const WHAT = {
  order: 'These pictures are in the order of a rough comparison',
  evidence: 'The matching regions cannot be shown',
} as const;

/** What an answer without GSMN's order, or without its evidence, says of itself. Throws when the caller is gone. */
export function degradation(thrown: unknown, what: keyof typeof WHAT): Degradation {
  const error = toAppError(thrown, 'rerank_unavailable');
  if (error.code === 'cancelled') throw error;
  const late = error.code === 'timeout';
  return {
    code: late ? 'timeout' : 'rerank_unavailable',
    message: `${WHAT[what]}: the reranker ${late ? 'did not answer in time' : 'is not available'}.`,
  };
}

/** Codes of a service that say something about the search itself. The caller gets them as they are. */
const CALLERS_BUSINESS: readonly ErrorCode[] = [
  'query_empty',
  'query_too_long',
  'request_too_large',
  'generation_missing',
  'overloaded',
  'timeout',
  'cancelled',
];

/**
 * An error of a stage without which there is no answer. A wrong token or a request that a service does not understand
 * is our fault and not the caller's, so it must not come out as 401 or 400.
 */
export function serviceError(thrown: unknown, unavailable: ErrorCode): AppError {
  const error = toAppError(thrown, unavailable);
  if (error.code === unavailable || CALLERS_BUSINESS.includes(error.code)) return error;
  return new AppError(unavailable, error.message, { hint: error.hint, cause: error });
}
