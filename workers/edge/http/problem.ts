import type { Context } from 'hono';
import type { ErrorCode } from '../../../shared/errors/index.ts';
import { HTTP_STATUS, PROBLEM_HEADERS, problemDetails, requestError } from '../../../shared/http/index.ts';
import type { EdgeEnv } from './edge-env.ts';

/** Title and, for failures inside, what the public hears of them; the log has the rest. */
const TEXTS: Partial<Record<ErrorCode, { readonly title: string; readonly detail?: string }>> = {
  query_empty: { title: 'There is nothing to search for' },
  query_too_long: { title: 'The query is too long' },
  request_invalid: { title: 'The request is not right' },
  rate_limited: { title: 'Too many requests' },
  not_found: { title: 'Not found' },
  encode_unavailable: {
    title: 'Search is not available',
    detail: 'The service that reads queries does not answer.',
  },
  request_too_large: { title: 'The request asks for too much' },
  rerank_unavailable: {
    title: 'Search is not available',
    detail: 'The service that compares pictures does not answer.',
  },
  recall_unavailable: { title: 'Search is not available', detail: 'The index of pictures does not answer.' },
  generation_missing: { title: 'Search is not available', detail: 'No index is active.' },
  generation_stale: { title: 'Search is not available', detail: 'The index is being replaced.' },
  timeout: { title: 'Search took too long', detail: 'A part of the search did not answer in time.' },
  overloaded: { title: 'Search is busy', detail: 'There are more searches than can be answered.' },
};

/** Seconds after which asking again makes sense. */
const RETRY_AFTER: Partial<Record<ErrorCode, number>> = { rate_limited: 60, overloaded: 5 };

/** An error as RFC 9457 problem details. */
export function problemResponse(c: Context<EdgeEnv>, thrown: unknown): Response {
  const error = requestError(thrown);
  const { code } = error;
  const status = HTTP_STATUS[code];
  const ours = status >= 500;
  const requestId = c.get('requestId');
  if (ours) c.get('log')({ level: 'error', requestId, code, message: describe(error) });
  const text = TEXTS[code];
  const problem = problemDetails(code, {
    title: text?.title ?? (ours ? 'Something went wrong' : 'The request cannot be answered'),
    status,
    // Addresses and settings of this system are no business of the caller.
    detail: ours ? (text?.detail ?? 'The search service has a fault of its own.') : error.message,
    hint: ours ? 'Try again in a moment; whoever runs this service finds the reason in its log.' : error.hint,
    requestId,
  });
  for (const [name, value] of Object.entries(PROBLEM_HEADERS)) c.header(name, value);
  const retryAfter = RETRY_AFTER[code];
  if (retryAfter) c.header('retry-after', String(retryAfter));
  return c.body(JSON.stringify(problem), status);
}

function describe(error: Error): string {
  const { cause } = error;
  return cause instanceof Error ? `${error.message} <- ${describe(cause)}` : error.message;
}
