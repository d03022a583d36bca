import type { ErrorCode } from '../../../shared/errors/index.ts';

/** Codes of the client itself; those of the service are added to these. */
type ClientCode =
  | 'offline' // this device has no network
  | 'unreachable' // no response, or the page must not read it
  | 'service_failed' // an error status without details
  | 'service_unknown'; // not an answer of a search service

/** The kind of a problem. Codes that are not listed come from a service that is newer than this client. */
export type SearchProblemCode = ErrorCode | ClientCode | (string & Record<never, never>);

/** The contents of a problem. All texts are written for the person who searched. */
export interface ProblemDetails {
  readonly code: SearchProblemCode;
  /** A few words. */
  readonly title: string;
  /** One sentence: what happened. */
  readonly detail: string;
  /** One sentence: what to do about it. */
  readonly hint?: string | undefined;
  /** HTTP status, if there was a response. */
  readonly status?: number | undefined;
  /** Seconds after which it makes sense to try again. */
  readonly retryAfter?: number | undefined;
  /** With this id the operator of the service finds the failure in the log. */
  readonly requestId?: string | undefined;
}

/** Why there is no answer: the problem details of the service (RFC 9457), or an error that the client detected. */
export class SearchProblem extends Error implements ProblemDetails {
  override readonly name = 'SearchProblem';
  declare readonly code: SearchProblemCode;
  declare readonly title: string;
  declare readonly detail: string;
  declare readonly hint?: string | undefined;
  declare readonly status?: number | undefined;
  declare readonly retryAfter?: number | undefined;
  declare readonly requestId?: string | undefined;

  /** True also of one from another copy of this module: each script of a page has its own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'SearchProblem';
  }

  constructor(details: ProblemDetails, cause?: unknown) {
    super(`${details.title}: ${details.detail}`, { cause });
    Object.assign(this, details);
  }
}

/** The problem in a response with an error status, or only the status if it has no details. */
export async function readProblem(response: Response): Promise<SearchProblem> {
  const { status, headers } = response;
  const body = headers.get('content-type')?.startsWith('application/problem+json')
    ? await response.json().catch(() => undefined)
    : undefined;
  return problemOf(body, status, headers);
}

/** The problem that a body describes, with what the headers add. */
export function problemOf(body: unknown, status: number, headers: Headers): SearchProblem {
  const said = (name: string): string | undefined => {
    const value: unknown = isRecord(body) ? body[name] : undefined;
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return new SearchProblem({
    code: status === 429 ? 'rate_limited' : (said('code') ?? 'service_failed'),
    title: said('title') ?? 'The search did not work',
    detail: said('detail') ?? `The service returned status ${status}.`,
    hint: said('hint'),
    status,
    requestId: said('requestId') ?? headers.get('x-request-id') ?? undefined,
    retryAfter: retryAfter(headers.get('retry-after'), Date.now()),
  });
}

/** Seconds of a `Retry-After` header, which contains seconds or a date. */
export function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\s*\d+\s*$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.min(3600, Math.max(0, Math.ceil(seconds))) : undefined;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
