import type { ErrorCode } from '../../shared/errors/index.ts';

/**
 * Exit codes of the `gsmn` command: 2 for input that the caller can fix, 3 for files, 4 for what is missing, 5 for
 * services, 6 for training that diverged.
 */
const EXIT_CODES: Partial<Record<ErrorCode, number>> = {
  argument_invalid: 2,
  request_invalid: 2,
  query_empty: 2,
  query_too_long: 2,
  image_invalid: 2,
  config_invalid: 2,
  file_missing: 3,
  file_unreadable: 3,
  file_unwritable: 3,
  format_invalid: 3,
  format_unsupported: 3,
  format_refused: 3,
  shape_mismatch: 3,
  checksum_mismatch: 3,
  store_damaged: 3,
  fingerprint_mismatch: 3,
  not_found: 4,
  generation_missing: 4,
  generation_stale: 4,
  generation_incomplete: 4,
  conflict: 4,
  backend_unavailable: 4,
  image_encoder_missing: 4,
  download_failed: 5,
  keys_unavailable: 5,
  encode_unavailable: 5,
  recall_unavailable: 5,
  rerank_unavailable: 5,
  timeout: 5,
  overloaded: 5,
  diverged: 6,
  cancelled: 130,
};

/** The exit code for an error; 1 for unforeseen ones. */
export function exitCode(code: ErrorCode): number {
  return EXIT_CODES[code] ?? 1;
}
