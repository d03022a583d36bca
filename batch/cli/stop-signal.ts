import { listenForStop, type Stop } from './start/signals.ts';

let stop: Stop | undefined;

/** Aborted by the first Ctrl-C or SIGTERM, so that work ends in good order. One for the whole process. */
export function stopSignal(): AbortSignal {
  stop ??= listenForStop();
  return stop.signal;
}
