/**
 * Loaded into a process before its program (`node --import`): observes the main thread's event loop, and answers each
 * message on its channel with its observations since the previous one.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

/** The interval of its checks, in milliseconds; a delay counts from the time when the check was due. */
const RESOLUTION_MS = 1;

/** Milliseconds. */
export interface EventLoopDelay {
  readonly max: number;
  readonly p99: number;
}

// Worker threads also load the modules of their process.
if (isMainThread && process.send !== undefined) {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  const delay = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  process.on('message', () => {
    const seen: EventLoopDelay = { max: delay(histogram.max), p99: delay(histogram.percentile(99)) };
    histogram.reset();
    process.send?.(seen);
  });
  // The monitor does not keep the program running.
  process.channel?.unref();
}
