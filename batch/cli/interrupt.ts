import { listenForStop, type Stop } from '../serve/signals.ts';

/** One for the whole process: it listens for the life of the process. */
let stop: Stop | undefined;

/** Runs work that the first Ctrl-C or SIGTERM stops cleanly (files written aside are removed). */
export function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  stop ??= listenForStop();
  return work(stop.signal);
}
