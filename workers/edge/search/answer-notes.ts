import type { Context } from 'hono';
import { setMetric } from 'hono/timing';
import type { Degradation } from '../../../shared/search/search-answer.ts';
import type { EdgeEnv } from '../http/edge-env.ts';
import type { Notes } from './obtain-answer.ts';
import { describeDegradation } from './search-response.ts';

/** Headers of an answer, or of a problem. */
export function writeNotes(c: Context<EdgeEnv>, { timings, cacheStatus, age, retryAfter }: Notes): void {
  const seen = c.get('observation');
  for (const [stage, ms] of timings) {
    setMetric(c, stage, ms);
    seen?.stage(stage, ms);
  }
  if (cacheStatus !== undefined) c.header('Cache-Status', cacheStatus);
  if (age !== undefined) c.header('Age', String(age));
  if (retryAfter !== undefined) c.header('Retry-After', String(retryAfter));
}

export function logDegradation(c: Context<EdgeEnv>, degraded: Degradation): void {
  const { code, message } = describeDegradation(degraded);
  c.get('log')({ level: 'warn', requestId: c.get('requestId'), code, message });
}
