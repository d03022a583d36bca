import { z } from 'zod';
import { withoutBigints } from '../http/json.ts';

/** A JSON object that hangs on a point. */
export type Payload = Readonly<Record<string, unknown>>;

export const payloadSchema = z
  .unknown()
  .refine(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'expected an object',
  )
  .transform((value) => withoutBigints(value) as Payload);

/** A field of Qdrant's API that this server has no use for: null is accepted, a value is refused by name. */
export function unsupported(what: string) {
  return z
    .unknown()
    .refine((value) => value === undefined || value === null, `${what} is not supported by qdrant-local`)
    .optional();
}

/** A setting of Qdrant's that cannot change an answer here, only speed and place: accepted, without effect. */
export const tuning = z.unknown().optional();

/** One of something, or a list of it. */
export function oneOrMany<S extends z.ZodType>(schema: S) {
  return z.preprocess(
    (value) => (value === null || value === undefined ? [] : Array.isArray(value) ? value : [value]),
    z.array(schema),
  );
}
