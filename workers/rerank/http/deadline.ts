import { AppError } from '../../../shared/errors/index.ts';

/** How many milliseconds the caller still waits for the answer. */
export const TIMEOUT_HEADER = 'x-timeout-ms';

/** The request's time limit: the caller's, at most `longest`. */
export function timeLimit(header: string | undefined, longest: number): number {
  if (header === undefined) return longest;
  const asked = Number(header);
  if (Number.isInteger(asked) && asked > 0) return Math.min(asked, longest);
  throw new AppError(
    'request_invalid',
    `${TIMEOUT_HEADER} must be a whole number of milliseconds, not "${header}"`,
  );
}

/**
 * Runs the work under a time limit and the caller's own signal, and answers at once when either is due. Throws
 * `timeout` or `cancelled`; the work sees the same through its signal.
 */
export async function withTimeLimit<T>(
  limitMs: number,
  caller: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const cancel = (): void => controller.abort(new AppError('cancelled', 'the caller went away'));
  const timer = setTimeout(() => {
    controller.abort(new AppError('timeout', `the request was not done within ${limitMs} ms`));
  }, limitMs);
  if (caller.aborted) cancel();
  else caller.addEventListener('abort', cancel, { once: true });
  const due = new Promise<never>((_, reject) => {
    const fail = (): void => reject(signal.reason);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
  try {
    return await Promise.race([work(signal), due]);
  } finally {
    clearTimeout(timer);
    caller.removeEventListener('abort', cancel);
  }
}
