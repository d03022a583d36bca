import type { ErrorCode } from '../../../shared/errors/index.ts';

type ProblemStatus = 400 | 401 | 404 | 409 | 413 | 429 | 500 | 503 | 504;

/** The one place of the edge worker that turns an error code into an HTTP status. */
const STATUS: Record<ErrorCode, ProblemStatus> = {
  argument_invalid: 500,
  request_invalid: 400,
  request_too_large: 413,
  query_empty: 400,
  query_too_long: 400,
  unauthorized: 401,
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
  fingerprint_mismatch: 500,
  not_found: 404,
  generation_missing: 503,
  generation_incomplete: 503,
  conflict: 409,
  backend_unavailable: 503,
  encode_unavailable: 503,
  recall_unavailable: 503,
  rerank_unavailable: 503,
  timeout: 504,
  overloaded: 503,
  memory_exhausted: 503,
  cancelled: 503,
  diverged: 500,
  internal: 500,
};

export function httpStatus(code: ErrorCode): ProblemStatus {
  return STATUS[code];
}
