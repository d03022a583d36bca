/**
 * Loaded into a process before its program (`node --import`): watches the main thread's event loop, and answers each
 * message on its channel with what it saw since the one before.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

/** How often it looks, in milliseconds; a delay counts from the time when it should have looked. */
const RESOLUTION_MS = 1;

/** Milliseconds. */
export interface EventLoopDelay {
  readonly max: number;
  readonly p99: number;
}

// Worker threads load what their process was told to load, too.
if (isMainThread && process.send !== undefined) {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  const delay = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  process.on('message', () => {
    const seen: EventLoopDelay = { max: delay(histogram.max), p99: delay(histogram.percentile(99)) };
    histogram.reset();
    process.send?.(seen);
  });
  // The program ends when it wants to.
  process.channel?.unref();
}
