import type { AppError, ErrorCode } from '../../../shared/errors/index.ts';
import { HTTP_STATUS, PROBLEM_HEADERS, problemDetails } from '../../../shared/http/index.ts';

const STATUS: Readonly<Record<ErrorCode, number>> = {
  ...HTTP_STATUS,
  // The generations of the caller and the service differ: it has to encode again, then retry.
  generation_stale: 409,
  generation_incomplete: 500,
  // The caller disconnected; this is only logged.
  cancelled: 499,
};

/** Seconds after which it makes sense to try again. */
const RETRY_AFTER: Partial<Record<ErrorCode, number>> = {
  overloaded: 1,
  encode_unavailable: 5,
  rerank_unavailable: 5,
};

/**
 * An error as RFC 9457 problem details. For internal errors the caller gets the message (it is one of our own
 * services), but never a stack.
 */
export function problemResponse({ code, message, hint }: AppError, requestId: string): Response {
  const status = STATUS[code];
  const title = status >= 500 ? 'The reranker failed' : 'The request failed';
  const problem = problemDetails(code, { status, title, detail: message, hint, requestId });
  const retryAfter = RETRY_AFTER[code];
  return new Response(JSON.stringify(problem), {
    status,
    headers: {
      ...PROBLEM_HEADERS,
      'x-request-id': requestId,
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
      ...(code === 'unauthorized' ? { 'www-authenticate': 'Bearer' } : {}),
    },
  });
}
