import type { Context } from 'hono';
import { endTime, startTime } from 'hono/timing';
import type { EdgeEnv } from './edge-env.ts';

/** Runs one stage of a search and reports its time in `Server-Timing`. */
export async function timeStage<T>(c: Context<EdgeEnv>, stage: string, work: () => Promise<T>): Promise<T> {
  const seen = c.get('observation');
  const began = seen && performance.now();
  startTime(c, stage);
  try {
    return await work();
  } finally {
    endTime(c, stage);
    if (seen && began !== undefined) seen.stage(stage, performance.now() - began);
  }
}
