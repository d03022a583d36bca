import type { AppError } from '../errors/index.ts';

/** Who ends work early, and with which error. */
export interface Deadline {
  readonly timeoutMs: number;
  /** The caller's own signal. */
  readonly caller: AbortSignal | undefined;
  readonly timeout: () => AppError;
  readonly cancelled: () => AppError;
}

/**
 * Runs `work` under a time limit and the caller's signal. It gives up as soon as either is due, even if `work` does not
 * listen; `work` sees the same through its signal.
 *
 * @throws AppError what `timeout` or `cancelled` makes, even if the work throws something else because it was aborted;
 *   errors of `work`.
 */
export async function withDeadline<T>(
  { timeoutMs, caller, timeout, cancelled }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (caller?.aborted) throw cancelled();
  const controller = new AbortController();
  const { signal } = controller;
  const cancel = (): void => controller.abort(cancelled());
  const timer = setTimeout(() => controller.abort(timeout()), timeoutMs);
  caller?.addEventListener('abort', cancel, { once: true });
  try {
    return await unlessAborted(work(signal), signal);
  } catch (thrown) {
    throw signal.aborted ? signal.reason : thrown;
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener('abort', cancel);
  }
}

/** Waits for a promise, or throws the signal's reason as soon as the signal is aborted. The promise itself continues. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let giveUp = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
