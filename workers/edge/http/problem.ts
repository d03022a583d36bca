import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { AppError, type ErrorCode, toAppError } from '../../../shared/errors/index.ts';
import type { Problem } from '../../../shared/schema/index.ts';
import type { EdgeEnv } from './edge-env.ts';
import { httpStatus } from './status.ts';

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
  timeout: { title: 'Search took too long', detail: 'A part of the search did not answer in time.' },
  overloaded: { title: 'Search is busy', detail: 'There are more searches than can be answered.' },
};

/** Seconds after which asking again makes sense. */
const RETRY_AFTER: Partial<Record<ErrorCode, number>> = { rate_limited: 60, overloaded: 5 };

/** An error as RFC 9457 problem details. */
export function problemResponse(c: Context<EdgeEnv>, thrown: unknown): Response {
  const error = fromHono(thrown);
  const status = httpStatus(error.code);
  const ours = status >= 500;
  const requestId = c.get('requestId');
  if (ours) c.get('log')({ level: 'error', requestId, code: error.code, message: describe(error) });
  const text = TEXTS[error.code];
  const hint = ours
    ? 'Try again in a moment; whoever runs this service finds the reason in its log.'
    : error.hint;
  const problem: Problem = {
    type: `urn:gsmn:problem:${error.code.replaceAll('_', '-')}`,
    title: text?.title ?? (ours ? 'Something went wrong' : 'The request cannot be answered'),
    status,
    // Addresses and settings of this system are no business of the caller.
    detail: ours ? (text?.detail ?? 'The search service has a fault of its own.') : error.message,
    code: error.code,
    ...(hint ? { hint } : {}),
    ...(requestId ? { requestId } : {}),
  };
  c.header('content-type', 'application/problem+json');
  c.header('cache-control', 'no-store');
  const retryAfter = RETRY_AFTER[error.code];
  if (retryAfter) c.header('retry-after', String(retryAfter));
  return c.body(JSON.stringify(problem), status);
}

function fromHono(thrown: unknown): AppError {
  if (!(thrown instanceof HTTPException)) return toAppError(thrown);
  const code = thrown.status === 404 ? 'not_found' : thrown.status < 500 ? 'request_invalid' : 'internal';
  return new AppError(code, thrown.message, { cause: thrown });
}

function describe(error: Error): string {
  const { cause } = error;
  return cause instanceof Error ? `${error.message} <- ${describe(cause)}` : error.message;
}
