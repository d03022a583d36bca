/**
 * The one table of error codes. A code names the *kind* of failure; the message names the thing that
 * failed and where, the hint says how to mend it. `workers/…/http-status` and `batch/cli/exit-code`
 * are the only places that translate a code into a number.
 */
export const ERROR_CODES = [
  // Input of the person who calls us
  'argument_invalid', // a command-line option or a function argument is out of its domain
  'request_invalid', // an HTTP request does not fit its schema
  'request_too_large', // an HTTP body, shortlist or query beyond the documented limit
  'method_not_allowed', // a route that is there, by a method that it does not have
  'query_empty',
  'query_too_long',
  'unauthorized',
  'rate_limited',
  // Files and their contents
  'file_missing',
  'file_unreadable', // permissions, a directory instead of a file, an I/O fault
  'file_unwritable', // disk full, read-only
  'format_invalid', // broken, truncated or lying bytes
  'format_unsupported', // well-formed, but a variant that we do not read
  'format_refused', // a pickle asks for a global that is not on the allow-list
  'shape_mismatch', // an array or a parameter has another shape than it must have
  'config_invalid', // a configuration file or an environment variable
  'checksum_mismatch',
  'fingerprint_mismatch', // model, vocabulary, recall encoder, feature source and generation do not belong together
  // Things that must be there
  'not_found', // a point, a collection, an image, a route
  'generation_missing',
  'generation_stale', // the generation that a request names is not served any more, another one is
  'generation_incomplete',
  'conflict', // it exists already, or someone else holds it
  'backend_unavailable', // a named engine is not there
  // Other services
  'encode_unavailable',
  'recall_unavailable',
  'rerank_unavailable',
  'timeout',
  'overloaded',
  'memory_exhausted',
  'cancelled',
  'diverged', // training came to a loss or gradient that is no finite number
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];
