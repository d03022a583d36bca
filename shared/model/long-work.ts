import { AppError } from '../errors/index.ts';

/** Stops work that nobody waits for any more. @throws AppError `cancelled` */
export function assertNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new AppError('cancelled', 'the matching was cancelled', { cause: signal.reason });
  }
}

/** Lets timers, requests and signals have their turn between two pieces of work. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
