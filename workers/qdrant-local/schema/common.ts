import { z } from 'zod';
import { asPlainJson } from '../http/json.ts';
import { beyond, LIMITS } from './limits.ts';

/** A payload: a JSON object. */
export type Payload = Readonly<Record<string, unknown>>;

export const payloadSchema = z
  .unknown()
  .refine(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'expected an object',
  )
  .transform((value, context) => {
    const plain = asPlainJson(value, LIMITS.payloadDepth);
    if (plain !== undefined) return plain as Payload;
    context.addIssue(beyond(`a payload is nested deeper than ${LIMITS.payloadDepth} levels`));
    return z.NEVER;
  })
  .superRefine((payload, context) => {
    const path = pathOfInfinity(payload);
    // It would be stored as null.
    if (path !== undefined)
      context.addIssue({ code: 'custom', path, message: 'beyond the range of numbers' });
  });

/** Where a value that is not nested deeply holds an infinite number. */
function pathOfInfinity(value: unknown): string[] | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : [];
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const path = pathOfInfinity(inner);
    if (path !== undefined) return [key, ...path];
  }
  return undefined;
}

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
