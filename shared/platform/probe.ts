/** Asks a service of this machine again and again whether it still answers: one that hangs does not end by itself. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProbeTimes {
  /** Between an answer, or its absence, and the next question. */
  readonly pauseMs: number;
  readonly timeoutMs: number;
  /** Questions in a row without an answer after which it counts as hanging. */
  readonly misses: number;
}

/** A timer that is later than this says that this process was busy itself: it may not have read an answer that had come. */
const BUSY_MS = 1000;

/**
 * Resolves when the server hangs, or when `signal` ends the probing: true if it hangs. Every answer counts, whatever its
 * status. A refused connection does not count as hanging: the end of a process is noticed otherwise. A question during
 * which this process was busy itself says nothing.
 */
export async function probe(
  url: string,
  { pauseMs, timeoutMs, misses }: ProbeTimes,
  signal: AbortSignal,
): Promise<boolean> {
  let missed = 0;
  while (missed < misses) {
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted) return false;
    const silent = await isSilent(url, timeoutMs, signal);
    if (silent !== undefined) missed = silent ? missed + 1 : 0;
  }
  return !signal.aborted;
}

async function isSilent(url: string, timeoutMs: number, signal: AbortSignal): Promise<boolean | undefined> {
  const began = performance.now();
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, late]) });
    await answer.body?.cancel();
    return false;
  } catch {
    if (!late.aborted || signal.aborted) return false;
    return performance.now() - began > timeoutMs + BUSY_MS ? undefined : true;
  }
}
