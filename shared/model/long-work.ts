import { AppError } from '../errors/index.ts';

/**
 * Stops work whose result is not needed any more.
 * @throws AppError `cancelled`
 */
export function assertNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new AppError('cancelled', 'the work was cancelled', { cause: signal.reason });
  }
}

/** Node's function, which is the cheapest way to let the event loop run once. Other platforms may have it too. */
interface Immediate {
  readonly setImmediate?: (callback: () => void) => void;
}

/**
 * Lets timers, requests and signals run between two pieces of work. A timer of 0 ms takes 1 ms or more, so it is the last
 * choice. `scheduler.yield()` does not work: what continues after it runs before timers and messages.
 */
export function yieldToEventLoop(): Promise<void> {
  const { setImmediate } = globalThis as Immediate;
  return new Promise((resolve) => {
    if (setImmediate !== undefined) setImmediate(resolve);
    else if (typeof MessageChannel === 'undefined') setTimeout(resolve, 0);
    else {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    }
  });
}
