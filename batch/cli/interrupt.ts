import { listenForStop } from './start/signals.ts';

/** Runs work that a first Ctrl-C stops in good order (files aside are removed); a second one ends the process. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = listenForStop();
  try {
    return await work(stop.signal);
  } finally {
    stop.release();
  }
}
