import { AppError } from '../../../shared/errors/index.ts';

export interface CallOptions {
  /** The caller's own signal; aborting it ends the call with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /** Time for the whole call, retries included, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Travels along as `x-request-id`. */
  readonly requestId?: string | undefined;
}

/**
 * Runs `work` under a time limit and the caller's signal, and gives up at once when either is due even if `work`
 * does not listen. Throws `timeout` or `cancelled`.
 */
export async function withDeadline<T>(
  name: string,
  timeoutMs: number,
  caller: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const timeout = (): AppError =>
    new AppError('timeout', `${name} did not answer within ${timeoutMs} ms`, {
      hint: 'Look at the load of that service, or allow it more time in the configuration.',
    });
  const cancelled = (): AppError => new AppError('cancelled', `${name} was cancelled by its caller`);
  const cancel = (): void => controller.abort(cancelled());
  if (caller?.aborted) throw cancelled();

  const timer = setTimeout(() => controller.abort(timeout()), timeoutMs);
  caller?.addEventListener('abort', cancel, { once: true });
  let giveUp: () => void = () => {};
  const due = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([work(signal), due]);
  } catch (error) {
    // What `work` throws because it was aborted is of no interest: the reason is.
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener('abort', cancel);
    signal.removeEventListener('abort', giveUp);
  }
}
