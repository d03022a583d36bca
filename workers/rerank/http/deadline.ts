import { AppError } from '../../../shared/errors/index.ts';
import { TIMEOUT_HEADER, withDeadline } from '../../../shared/http/index.ts';

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

/** Runs the work under a time limit and the caller's own signal. @throws AppError `timeout`, `cancelled` */
export function withTimeLimit<T>(
  timeoutMs: number,
  caller: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = () => new AppError('timeout', `the request was not done within ${timeoutMs} ms`);
  const cancelled = () => new AppError('cancelled', 'the caller went away');
  return withDeadline({ timeoutMs, caller, timeout, cancelled }, work);
}
