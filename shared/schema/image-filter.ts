import { z } from 'zod';
import { FILTER_LIMITS } from './filter-tree.ts';
import type { FieldValue } from './index-fields.ts';

/** Numbers within bounds; a date is its milliseconds since 1970. */
export type ValueRange = { readonly [bound in 'gt' | 'gte' | 'lt' | 'lte']?: number };

/**
 * A filter whose fields are declared and whose values have the fields' types. A condition holds if one value of the field meets it, and
 * does not hold where the field has none.
 */
export type ImageFilter =
  | { readonly and: readonly ImageFilter[] }
  | { readonly or: readonly ImageFilter[] }
  | { readonly not: ImageFilter }
  | { readonly field: string; readonly any: readonly FieldValue[] }
  | { readonly field: string; readonly range: ValueRange }
  | { readonly field: string; readonly exists: true };

/** Levels of a filter: a caller's own, joined to that of its token, joined to that of its key. */
const LEVELS = FILTER_LIMITS.depth + 2;

const field = z.string();
const conditions = [
  z.strictObject({ field, any: z.array(z.union([z.string(), z.number(), z.boolean()])) }),
  z.strictObject({ field, range: z.partialRecord(z.enum(['gt', 'gte', 'lt', 'lte']), z.number()) }),
  z.strictObject({ field, exists: z.literal(true) }),
] as const;

function levels(count: number): z.ZodType<ImageFilter> {
  if (count === 1) return z.union(conditions);
  const inner = levels(count - 1);
  return z.union([
    ...conditions,
    z.strictObject({ and: z.array(inner) }),
    z.strictObject({ or: z.array(inner) }),
    z.strictObject({ not: inner }),
  ]);
}

/** A filter as services send it to one another. */
export const imageFilterSchema = levels(LEVELS);
