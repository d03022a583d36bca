import type { Failure } from './outcome.ts';

/** The failure that an answer with an error status tells of: RFC 9457 details where it has them. */
export async function readProblem(response: Response): Promise<Failure> {
  const body = response.headers.get('content-type')?.startsWith('application/problem+json')
    ? await response.json().catch(() => undefined)
    : undefined;
  const said = (name: string): string | undefined => {
    const value: unknown = isRecord(body) ? body[name] : undefined;
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return {
    kind: response.status === 429 ? 'limited' : 'problem',
    title: said('title') ?? 'The search did not work',
    detail: said('detail') ?? `The service answered with status ${response.status}.`,
    hint: said('hint'),
    requestId: said('requestId') ?? response.headers.get('x-request-id') ?? undefined,
    retryAfter: retryAfter(response.headers.get('retry-after'), Date.now()),
  };
}

/** Seconds that a `Retry-After` header means: it holds seconds or a date. */
export function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\s*\d+\s*$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.min(3600, Math.max(0, Math.ceil(seconds))) : undefined;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
