/** Asks a workerd again and again whether it still answers: one that hangs does not end by itself. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProbeTimes {
  /** Between an answer, or its absence, and the next question. */
  readonly pauseMs: number;
  readonly timeoutMs: number;
  /** Questions in a row without an answer after which it counts as hanging. */
  readonly misses: number;
}

/** Half a minute in all, so that a worker that is only slow on a busy machine is left alone. */
export const PROBE_TIMES: ProbeTimes = { pauseMs: 2000, timeoutMs: 10_000, misses: 3 };

/**
 * Resolves when the server hangs, or when `signal` ends the probing: true if it hangs. Every answer counts, whatever its
 * status. A refused connection does not count as hanging: the end of a process is noticed otherwise.
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
    missed = (await isSilent(url, timeoutMs, signal)) ? missed + 1 : 0;
  }
  return !signal.aborted;
}

async function isSilent(url: string, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, late]) });
    await answer.body?.cancel();
    return false;
  } catch {
    return late.aborted && !signal.aborted;
  }
}
