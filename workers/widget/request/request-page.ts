import type { SearchResponse } from '../../../shared/schema/index.ts';
import type { Failure, Outcome, PageRequest } from './outcome.ts';
import { isRecord, readProblem } from './read-problem.ts';

/** Longer than the service gives itself for all of its stages. */
const TIMEOUT_MS = 20_000;

const OFFLINE: Failure = {
  kind: 'offline',
  title: 'You are offline',
  detail: 'There is no network connection.',
  hint: 'The search goes on by itself when you are connected again.',
};
const UNREACHABLE: Failure = {
  kind: 'unreachable',
  title: 'The search cannot be reached',
  detail: 'The service does not answer, or this page may not ask it.',
  hint: 'Try again in a moment.',
};
const LATE: Failure = {
  kind: 'late',
  title: 'The search took too long',
  detail: `There was no answer within ${TIMEOUT_MS / 1000} seconds.`,
  hint: 'Try again in a moment.',
};
const FOREIGN: Failure = {
  kind: 'foreign',
  title: 'The search is not set up right',
  detail: 'What answered is not a picture search.',
  hint: 'Whoever runs this page should check the address in its endpoint attribute.',
};

/** One page of hits. Never throws: an aborted request ends as some failure that its caller no longer looks at. */
export async function requestPage(
  endpoint: URL,
  { q, limit, offset }: PageRequest,
  signal: AbortSignal,
): Promise<Outcome> {
  const address = new URL(endpoint);
  address.searchParams.set('q', q);
  address.searchParams.set('limit', String(limit));
  if (offset > 0) address.searchParams.set('offset', String(offset));
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(address, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.any([signal, timeout]),
    });
    if (!response.ok) return { failure: await readProblem(response) };
    const body: unknown = await response.json().catch((error: unknown) => {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    });
    return isAnswer(body) ? { answer: body } : { failure: FOREIGN };
  } catch {
    if (timeout.aborted) return { failure: LATE };
    return { failure: navigator.onLine ? UNREACHABLE : OFFLINE };
  }
}

/** Enough to tell our API from a page that happens to answer 200. */
function isAnswer(body: unknown): body is SearchResponse {
  return (
    isRecord(body) &&
    typeof body.query === 'string' &&
    Array.isArray(body.words) &&
    Array.isArray(body.hits) &&
    body.hits.every((hit) => isRecord(hit) && isRecord(hit.image) && Array.isArray(hit.captions))
  );
}
