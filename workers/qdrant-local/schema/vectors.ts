import { z } from 'zod';
import { type PayloadSelection, selectionOf } from '../payload/selection.ts';
import { passOn } from './limits.ts';
import { pathsSchema } from './path.ts';

/** Numbers as float32; every value must be finite, also after rounding. One pass, because a batch holds millions of them. */
export const vectorSchema = z.unknown().transform((value, context): Float32Array => {
  const problem = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (!Array.isArray(value)) return problem('expected a dense vector: an array of numbers');
  const vector = new Float32Array(value.length);
  for (let i = 0; i < value.length; i++) {
    const number: unknown = value[i];
    if (typeof number !== 'number' && typeof number !== 'bigint') {
      return problem(
        `expected a number at ${i} of the vector, got ${Array.isArray(number) ? 'an array (multivectors are not supported)' : JSON.stringify(number)?.slice(0, 40)}`,
      );
    }
    vector[i] = Number(number);
    if (!Number.isFinite(vector[i]))
      return problem(`the number at ${i} of the vector is not a finite float32`);
  }
  return vector;
});

/** Vectors of a point by name; the unnamed one has the name ''. */
export type NamedVectors = ReadonlyMap<string, Float32Array>;

const named = z.record(z.string(), vectorSchema);

/** `[…]` or `{name: […], …}`. */
export const pointVectorsSchema = z.unknown().transform((value, context): NamedVectors => {
  const plain = Array.isArray(value);
  const parsed = plain ? vectorSchema.safeParse(value) : named.safeParse(value);
  if (parsed.success)
    return new Map(plain ? [['', parsed.data as Float32Array]] : Object.entries(parsed.data));
  passOn(context, parsed.error);
  return z.NEVER;
});

/** Which vectors a response contains: none, all, or these. */
export const withVectorSchema = z.union([z.boolean(), z.array(z.string())]).nullish();
export type WithVector = z.output<typeof withVectorSchema>;

const selection = (kind: PayloadSelection['kind']) =>
  pathsSchema.transform((paths) => selectionOf(kind, paths));

/** Which part of the payload a response contains: none, all, or these paths. */
export const withPayloadSchema = z
  .union([
    z.boolean(),
    selection('include'),
    z.strictObject({ include: selection('include') }).transform(({ include }) => include),
    z.strictObject({ exclude: selection('exclude') }).transform(({ exclude }) => exclude),
  ])
  .nullish();
export type WithPayload = boolean | PayloadSelection;
