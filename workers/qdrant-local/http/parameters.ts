import type { Context } from 'hono';
import { z } from 'zod';
import { parseWith } from './body.ts';

/** An upper limit, because timers have one: 24 days. */
const MAX_TIMEOUT_S = 3600;

const timeout = z
  .string()
  .regex(/^\d{1,15}$/, 'expected a whole number of seconds')
  .transform(Number)
  .pipe(z.number().min(1).max(MAX_TIMEOUT_S))
  .optional();
/** There is one copy of the data, and one order of changes. */
const consistency = z
  .string()
  .regex(/^([1-9]\d{0,8}|majority|quorum|all)$/, 'expected a number, majority, quorum or all')
  .optional();
const ordering = z.enum(['weak', 'medium', 'strong']).optional();
const wait = z.enum(['true', 'false']).optional();

/** The query parameters that each kind of request takes, as in Qdrant. */
const PARAMETERS = {
  /** Reads of points. */
  read: z.strictObject({ consistency, timeout }),
  /** Changes of points, payloads and payload indexes. */
  change: z.strictObject({ wait, ordering, timeout }),
  /** Changes of collections and aliases. */
  arrange: z.strictObject({ timeout }),
  /** Descriptions. */
  describe: z.strictObject({}),
} as const;

export type RequestKind = keyof typeof PARAMETERS;

export interface Parameters {
  /** Seconds. */
  readonly timeout?: number | undefined;
  readonly wait?: 'true' | 'false' | undefined;
}

/** The query parameters of a request. Unknown and repeated ones are refused, because they would have no effect. */
export function readParameters(context: Context, kind: RequestKind): Parameters {
  const given = Object.entries(context.req.queries()).map(([name, values]) => [
    name,
    values.length === 1 ? values[0] : values,
  ]);
  return parseWith(PARAMETERS[kind], Object.fromEntries(given), 'the parameters');
}
