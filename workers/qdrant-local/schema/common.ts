import { z } from 'zod';
import { withoutBigints } from '../http/json.ts';

/** A payload: a JSON object. */
export type Payload = Readonly<Record<string, unknown>>;

export const payloadSchema = z
  .unknown()
  .refine(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'expected an object',
  )
  .transform((value) => withoutBigints(value) as Payload);

/** A field of Qdrant's API that this server does not support: null is accepted, a value is refused by name. */
export function unsupported(what: string) {
  return z
    .unknown()
    .refine((value) => value === undefined || value === null, `${what} is not supported by qdrant-local`)
    .optional();
}

/** A setting of Qdrant that affects only speed and storage, never an answer: accepted, without effect. */
export const tuning = z.unknown().optional();

/** One value, or a list of them. */
export function oneOrMany<S extends z.ZodType>(schema: S) {
  return z.preprocess(
    (value) => (value === null || value === undefined ? [] : Array.isArray(value) ? value : [value]),
    z.array(schema),
  );
}
