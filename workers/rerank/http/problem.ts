import { HTTPException } from 'hono/http-exception';
import { AppError, type ErrorCode, toAppError } from '../../../shared/errors/index.ts';
import type { Problem } from '../../../shared/schema/index.ts';
import { httpStatus } from './status.ts';

/** Seconds after which asking again makes sense. */
const RETRY_AFTER: Partial<Record<ErrorCode, number>> = {
  overloaded: 1,
  encode_unavailable: 5,
  rerank_unavailable: 5,
};

/** Hono's own exceptions have codes too. */
export function requestError(thrown: unknown): AppError {
  if (!(thrown instanceof HTTPException)) return toAppError(thrown);
  const code = thrown.status === 404 ? 'not_found' : thrown.status < 500 ? 'request_invalid' : 'internal';
  return new AppError(code, thrown.message, { cause: thrown });
}

/**
 * An error as RFC 9457 problem details. Of faults inside, the caller hears the message (it is a service of ours that
 * asks), but never a stack.
 */
export function problemResponse(error: AppError, requestId: string): Response {
  const status = httpStatus(error.code);
  const problem: Problem = {
    type: `urn:gsmn:problem:${error.code.replaceAll('_', '-')}`,
    title: status >= 500 ? 'The reranker could not do it' : 'The request cannot be answered',
    status,
    detail: error.message,
    code: error.code,
    ...(error.hint ? { hint: error.hint } : {}),
    requestId,
  };
  const retryAfter = RETRY_AFTER[error.code];
  return new Response(JSON.stringify(problem), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-request-id': requestId,
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
      ...(error.code === 'unauthorized' ? { 'www-authenticate': 'Bearer' } : {}),
    },
  });
}
