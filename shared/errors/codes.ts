/**
 * The table of error codes. A code names the *kind* of failure, the message says what failed and where, and the hint
 * how to fix it. Only `shared/http/problem.ts` and `batch/cli/exit-code.ts` translate a code into a number.
 */
export const ERROR_CODES = [
  // Input of the caller
  'argument_invalid', // a command-line option or a function argument is out of range
  'request_invalid', // an HTTP request does not match its schema
  'request_too_large', // an HTTP body, shortlist or query is beyond the documented limit
  'method_not_allowed', // the route exists, but not for this method
  'query_empty',
  'query_too_long',
  'image_invalid', // an image that somebody searches with cannot be read
  'unauthorized',
  'host_refused', // an HTTP request names a host that the service does not serve
  'origin_refused', // a web page of another origin called
  'content_type_refused', // the body of an HTTP request is not declared as what the service reads
  'rate_limited',
  // Files and their contents
  'file_missing',
  'file_unreadable', // permissions, a directory instead of a file, an I/O error
  'file_unwritable', // disk full, read-only
  'format_invalid', // broken, truncated or inconsistent bytes
  'format_unsupported', // well-formed, but a variant that is not supported
  'format_refused', // a pickle requests a global that is not on the allow-list
  'shape_mismatch', // an array or a parameter has the wrong shape
  'config_invalid', // a configuration file or an environment variable
  'checksum_mismatch',
  'store_damaged', // the file of the vector database is damaged, cut, foreign or of another version; it can be built again
  'fingerprint_mismatch', // model, vocabulary, recall encoder, feature source and generation do not belong together
  // Missing or conflicting things
  'not_found', // a point, a collection, an image, a route
  'generation_missing',
  'generation_stale', // the generation that a request names is not served any more, but another one
  'generation_incomplete',
  'conflict', // it already exists, or another process holds it
  'backend_unavailable', // a named backend is not available
  'image_encoder_missing', // what encoded the images of a generation is not there for others
  // Other services
  'download_failed', // a file of another server
  'keys_unavailable', // where the keys of callers are stored
  'encode_unavailable',
  'recall_unavailable',
  'rerank_unavailable',
  'timeout',
  'overloaded',
  'memory_exhausted',
  'cancelled',
  'diverged', // training reached a loss or gradient that is not finite
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];
