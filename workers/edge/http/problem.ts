import type { Context } from 'hono';
import type { ErrorCode } from '../../../shared/errors/index.ts';
import { HTTP_STATUS, PROBLEM_HEADERS, problemDetails, requestError } from '../../../shared/http/index.ts';
import type { EdgeEnv, Log } from './edge-env.ts';

/** Title and, for internal failures, the text for the public; the log has the rest. */
const TEXTS: Partial<Record<ErrorCode, { readonly title: string; readonly detail?: string }>> = {
  query_empty: { title: 'There is nothing to search for' },
  query_too_long: { title: 'The query is too long' },
  request_invalid: { title: 'The request is invalid' },
  unauthorized: { title: 'This search needs a key' },
  rate_limited: { title: 'Too many requests' },
  not_found: { title: 'Not found' },
  content_type_refused: { title: 'The body is of another type' },
  image_invalid: { title: 'The image cannot be read' },
  image_encoder_missing: { title: 'This index cannot be searched with an image' },
  host_refused: { title: 'There is no such host here' },
  origin_refused: { title: 'This page may not search' },
  keys_unavailable: { title: 'Search is not available', detail: 'Keys cannot be checked at the moment.' },
  encode_unavailable: {
    title: 'Search is not available',
    detail: 'The service that reads queries does not respond.',
  },
  request_too_large: { title: 'The request is too large' },
  rerank_unavailable: {
    title: 'Search is not available',
    detail: 'The service that compares images does not respond.',
  },
  recall_unavailable: { title: 'Search is not available', detail: 'The index of images does not respond.' },
  generation_missing: { title: 'Search is not available', detail: 'No index is active.' },
  generation_stale: { title: 'Search is not available', detail: 'The index is being replaced.' },
  timeout: { title: 'Search took too long', detail: 'A part of the search did not respond in time.' },
  overloaded: { title: 'Search is busy', detail: 'There are too many searches at the moment.' },
};

/** Seconds after which it makes sense to try again. */
const RETRY_AFTER: Partial<Record<ErrorCode, number>> = { rate_limited: 60 };
/** The same for every other answer 503: a service that is away or busy is often back soon. */
const RETRY_UNAVAILABLE = 5;

/** Of the line in the log; a fault is an error. Load is none, and an answer to a caller that has left reaches nobody. */
const LEVELS: Partial<Record<ErrorCode, 'info' | 'warn'>> = {
  overloaded: 'warn',
  timeout: 'warn',
  cancelled: 'info',
};

/** An error as RFC 9457 problem details, for the public; the log has the rest of one that is ours. */
export function describeFailure(thrown: unknown, requestId: string, log: Log) {
  const error = requestError(thrown);
  const { code } = error;
  const status = HTTP_STATUS[code];
  const ours = status >= 500;
  if (ours) log({ level: LEVELS[code] ?? 'error', requestId, code, message: describe(error) });
  const text = TEXTS[code];
  const problem = problemDetails(code, {
    title: text?.title ?? (ours ? 'Something went wrong' : 'The request failed'),
    status,
    // Callers must not see addresses and settings of this system.
    detail: ours ? (text?.detail ?? 'The search service has an internal error.') : error.message,
    hint: ours
      ? 'Try again in a moment. The operator of this service finds the reason in its log.'
      : error.hint,
    requestId,
  });
  return { problem, code, status };
}

/** An error as the answer to a request. */
export function problemResponse(c: Context<EdgeEnv>, thrown: unknown): Response {
  const { problem, code, status } = describeFailure(thrown, c.get('requestId'), c.get('log'));
  const seen = c.get('observation');
  if (seen) seen.code = code;
  for (const [name, value] of Object.entries(PROBLEM_HEADERS)) c.header(name, value);
  const retryAfter = RETRY_AFTER[code] ?? (status === 503 ? RETRY_UNAVAILABLE : undefined);
  // The code that refused it may have set a better time.
  if (retryAfter && !c.res.headers.has('retry-after')) c.header('retry-after', String(retryAfter));
  return c.body(JSON.stringify(problem), status);
}

function describe(error: Error): string {
  const { cause } = error;
  return cause instanceof Error ? `${error.message} <- ${describe(cause)}` : error.message;
}
