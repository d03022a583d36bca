import type { AppError, ErrorCode } from '../../../shared/errors/index.ts';
import { HTTP_STATUS, PROBLEM_HEADERS, problemDetails } from '../../../shared/http/index.ts';

const STATUS: Readonly<Record<ErrorCode, number>> = {
  ...HTTP_STATUS,
  // The caller's generation and ours differ: it has to encode again, then come back.
  generation_stale: 409,
  generation_incomplete: 500,
  // The caller went away; this is only logged.
  cancelled: 499,
};

/** Seconds after which asking again makes sense. */
const RETRY_AFTER: Partial<Record<ErrorCode, number>> = {
  overloaded: 1,
  encode_unavailable: 5,
  rerank_unavailable: 5,
};

/**
 * An error as RFC 9457 problem details. Of faults inside, the caller hears the message (it is a service of ours that
 * asks), but never a stack.
 */
export function problemResponse({ code, message, hint }: AppError, requestId: string): Response {
  const status = STATUS[code];
  const title = status >= 500 ? 'The reranker could not do it' : 'The request cannot be answered';
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
