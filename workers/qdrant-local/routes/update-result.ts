import type { Context } from 'hono';
import { answered, type LocalEnv } from '../http/envelope.ts';

/** Every change is on disk and visible before the response. A caller that did not wait gets the same status as from Qdrant. */
export function updated(context: Context<LocalEnv>, operation: number): Response {
  const status = context.req.query('wait') === 'true' ? 'completed' : 'acknowledged';
  return answered(context, { operation_id: operation, status });
}
