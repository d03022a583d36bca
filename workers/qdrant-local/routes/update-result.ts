import type { Context } from 'hono';
import { answered, type LocalEnv } from '../http/envelope.ts';

/** Every change is on the disk and visible before the answer; who did not wait is told no more than Qdrant would say. */
export function updated(context: Context<LocalEnv>, operation: number): Response {
  const status = context.req.query('wait') === 'true' ? 'completed' : 'acknowledged';
  return answered(context, { operation_id: operation, status });
}
