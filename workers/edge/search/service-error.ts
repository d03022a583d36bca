import { AppError, type ErrorCode, toAppError } from '../../../shared/errors/index.ts';

/** Codes of a service about the search itself. The caller gets them unchanged. */
const ABOUT_THE_SEARCH: readonly ErrorCode[] = [
  'query_empty',
  'query_too_long',
  'image_invalid',
  'image_encoder_missing',
  'request_too_large',
  'generation_missing',
  'generation_stale',
  'overloaded',
  'timeout',
  'cancelled',
];

/**
 * The error of a stage without which there is no answer. A wrong token, or a request that a service does not
 * understand, is our fault and not the caller's, so it must not become 401 or 400.
 */
export function serviceError(thrown: unknown, unavailable: ErrorCode): AppError {
  const error = toAppError(thrown, unavailable);
  if (error.code === unavailable || ABOUT_THE_SEARCH.includes(error.code)) return error;
  return new AppError(unavailable, error.message, { hint: error.hint, cause: error });
}
