import { listenForStop, type Stop } from '../serve/signals.ts';

/** One for the whole process: it listens as long as that lives. */
let stop: Stop | undefined;

/** Runs work that the first Ctrl-C or SIGTERM stops in good order (files aside are removed). */
export function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  stop ??= listenForStop();
  return work(stop.signal);
}
