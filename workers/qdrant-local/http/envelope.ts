import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { AppError, ErrorCode } from '../../../shared/errors/index.ts';
import { printJson } from './json.ts';

/** The variables of a request: when it started. */
export interface LocalEnv {
  readonly Variables: { began: number };
}

const JSON_HEADERS = { 'content-type': 'application/json' };

function seconds(context: Context<LocalEnv>): number {
  return (performance.now() - context.var.began) / 1000;
}

/** Qdrant's envelope of a response. @param result printed */
export function answered(context: Context<LocalEnv>, result: string): Response {
  return context.body(`{"result":${result},"status":"ok","time":${seconds(context)}}`, 200, JSON_HEADERS);
}

/** Qdrant's envelope of an error. */
export function refused(context: Context<LocalEnv>, status: ContentfulStatusCode, error: string): Response {
  return context.body(printJson({ status: { error }, time: seconds(context) }), status, JSON_HEADERS);
}

/** Qdrant's envelope for a request that never reaches a route. */
export function refusedBeforeRouting({ code, message, hint }: AppError): Response {
  const error = [message, hint].filter(Boolean).join('. ');
  return new Response(printJson({ status: { error }, time: 0 }), {
    status: statusOf(code),
    headers: JSON_HEADERS,
  });
}

/**
 * The only place that maps error codes to HTTP statuses here. As in Qdrant, 400 is for a request of the wrong form, 422
 * for a value that is out of its range, 408 for a request that took too long.
 */
export function statusOf(code: ErrorCode): ContentfulStatusCode {
  switch (code) {
    case 'request_invalid':
      return 400;
    case 'argument_invalid':
      return 422;
    // Nobody receives the response of a request whose caller left.
    case 'timeout':
    case 'cancelled':
      return 408;
    case 'unauthorized':
      return 401;
    case 'origin_refused':
      return 403;
    case 'not_found':
      return 404;
    case 'conflict':
      return 409;
    case 'request_too_large':
      return 413;
    case 'content_type_refused':
      return 415;
    case 'host_refused':
      return 421;
    case 'file_unwritable':
    case 'memory_exhausted':
      return 507;
    default:
      return 500;
  }
}
