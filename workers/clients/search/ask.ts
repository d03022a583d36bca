import { readProblem, SearchProblem } from './search-problem.ts';

/** Longer than the service's own limit for all of its stages, including an exhaustive search. */
const TIMEOUT_MS = 30_000;

/** `fetch` or a replacement: the client calls it with an address as text. */
export type Fetch = (address: string, init: RequestInit) => Promise<Response>;

/** How requests are sent. */
export interface Transport {
  /** Used instead of the global `fetch`: a service binding of a Worker, a proxy, a test. */
  readonly fetch?: Fetch | undefined;
  /**
   * The key of the search, if it needs one: a publishable key in a page, a secret one on a server, or a search token; a function is
   * called before every request, because tokens expire.
   */
  readonly key?: string | (() => string | Promise<string>) | undefined;
  /** Time limit for an answer; 30 seconds by default. */
  readonly timeoutMs?: number | undefined;
}

export interface Question<Answer> {
  readonly address: URL;
  /** Options of the request if it is not a GET. */
  readonly init?: RequestInit;
  /** Whether a body is an answer, and not the body of another service. */
  readonly isAnswer: (body: unknown) => body is Answer;
  /** Reads the body; by default JSON. */
  readonly read?: ((response: Response) => Promise<unknown>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Requests JSON. Rejects with what `key` throws, with the signal's reason after an abort, otherwise with a `SearchProblem`. */
export async function ask<Answer>(
  { address, init, isAnswer, read = (response) => response.json(), signal }: Question<Answer>,
  { fetch = (...parameters) => globalThis.fetch(...parameters), key, timeoutMs = TIMEOUT_MS }: Transport = {},
): Promise<Answer> {
  const own = typeof key === 'function' ? await key() : key;
  const headers = {
    ...Object.fromEntries(new Headers(init?.headers ?? { accept: 'application/json' })),
    ...(own ? { authorization: `Bearer ${own}` } : {}),
  };
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(address.href, {
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...init,
      headers,
    });
    if (!response.ok) throw await readProblem(response);
    const answer: unknown = await read(response).catch((error: unknown) => {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    });
    if (isAnswer(answer)) return answer;
    throw new SearchProblem({
      code: 'service_unknown',
      title: 'The search is not set up right',
      detail: 'The answer is not that of an image search.',
      hint: 'Check the address of the search service.',
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof SearchProblem) throw error;
    throw new SearchProblem(
      timeout.aborted
        ? {
            code: 'timeout',
            title: 'The search took too long',
            detail: `There was no answer within ${timeoutMs / 1000} seconds.`,
            hint: 'Try again in a moment.',
          }
        : // Node and Workers do not know whether they are online.
          globalThis.navigator?.onLine === false
          ? {
              code: 'offline',
              title: 'You are offline',
              detail: 'There is no network connection.',
              hint: 'Try again when you are connected.',
            }
          : {
              code: 'unreachable',
              title: 'The search cannot be reached',
              detail: 'The service does not respond, or does not allow requests from this page.',
              hint: 'Try again in a moment.',
            },
      error,
    );
  }
}

/** The address with parameters added; undefined ones are left out, and lists repeat theirs. */
export function withParameters(
  address: URL,
  parameters: Readonly<Record<string, string | number | readonly string[] | undefined>>,
): URL {
  const full = new URL(address);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    full.searchParams.delete(name);
    for (const one of [value].flat()) full.searchParams.append(name, String(one));
  }
  return full;
}
