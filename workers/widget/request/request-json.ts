import type { Failure, Outcome } from './outcome.ts';
import { readProblem } from './read-problem.ts';

/** Longer than the service gives itself for all of its stages. */
const TIMEOUT_MS = 20_000;

const OFFLINE: Failure = {
  kind: 'offline',
  title: 'You are offline',
  detail: 'There is no network connection.',
  hint: 'It goes on by itself when you are connected again.',
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
  detail: 'What answered is not the service of a picture search.',
  hint: 'Whoever runs this page should check the address in its endpoint attribute.',
};

/**
 * Asks for JSON and takes it where `isAnswer` knows it. Never throws: an aborted request ends as some failure that its caller no
 * longer looks at.
 */
export async function requestJson<Answer>(
  address: URL,
  isAnswer: (body: unknown) => body is Answer,
  signal: AbortSignal,
): Promise<Outcome<Answer>> {
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
