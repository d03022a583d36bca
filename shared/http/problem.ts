import { HTTPException } from 'hono/http-exception';
import { AppError, type ErrorCode, toAppError } from '../errors/index.ts';
import type { Problem } from '../schema/index.ts';

/** The HTTP status of an error; a service may use others for a few of its own. */
export const HTTP_STATUS = {
  argument_invalid: 500,
  request_invalid: 400,
  request_too_large: 413,
  method_not_allowed: 405,
  query_empty: 400,
  query_too_long: 400,
  image_invalid: 422,
  unauthorized: 401,
  host_refused: 421,
  origin_refused: 403,
  content_type_refused: 415,
  rate_limited: 429,
  file_missing: 500,
  file_unreadable: 500,
  file_unwritable: 500,
  format_invalid: 500,
  format_unsupported: 500,
  format_refused: 500,
  shape_mismatch: 500,
  config_invalid: 500,
  checksum_mismatch: 500,
  store_damaged: 500,
  fingerprint_mismatch: 500,
  not_found: 404,
  generation_missing: 503,
  generation_stale: 503,
  generation_incomplete: 503,
  conflict: 409,
  backend_unavailable: 503,
  image_encoder_missing: 404,
  download_failed: 500,
  keys_unavailable: 503,
  encode_unavailable: 503,
  recall_unavailable: 503,
  rerank_unavailable: 503,
  timeout: 504,
  overloaded: 503,
  memory_exhausted: 503,
  cancelled: 503,
  diverged: 500,
  internal: 500,
} as const satisfies Record<ErrorCode, number>;

/** The error that a request ended with, with a code; Hono's own exceptions get codes too. */
export function requestError(thrown: unknown): AppError {
  if (!(thrown instanceof HTTPException)) return toAppError(thrown);
  const code = thrown.status === 404 ? 'not_found' : thrown.status < 500 ? 'request_invalid' : 'internal';
  return new AppError(code, thrown.message, { cause: thrown });
}

/** What a service tells its caller about an error. */
export interface ProblemText {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly hint?: string | undefined;
  readonly requestId?: string | undefined;
}

/** An error as RFC 9457 problem details, for a body of `PROBLEM_HEADERS`. */
export function problemDetails(code: ErrorCode, text: ProblemText): Problem {
  const { status, title, detail, hint, requestId } = text;
  return {
    type: `urn:gsmn:problem:${code.replaceAll('_', '-')}`,
    title,
    status,
    detail,
    code,
    ...(hint ? { hint } : {}),
    ...(requestId ? { requestId } : {}),
  };
}

/** Headers of a response that is a problem. */
export const PROBLEM_HEADERS = {
  'content-type': 'application/problem+json',
  'cache-control': 'no-store',
} as const;
