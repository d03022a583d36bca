import { z } from 'zod';
import { type SparseVector, sparseVector } from '../../../shared/model/sparse-vector.ts';
import { type PayloadSelection, selectionOf } from '../payload/selection.ts';
import type { AnyVector } from '../vectors/any-vector.ts';
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

/** A sparse vector as it is written: its indices differ, and each has a value. One pass, as for dense ones. */
export const sparseVectorSchema = z
  .strictObject({ indices: z.array(z.unknown()), values: vectorSchema })
  .transform(({ indices: given, values }, context): SparseVector => {
    const problem = (message: string): never => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    if (given.length !== values.length)
      return problem(`must be the same length as indices: ${values.length} values, ${given.length} indices`);
    const indices = new Uint32Array(given.length);
    for (const [at, index] of given.entries()) {
      indices[at] = Number(index);
      if (typeof index !== 'number' || indices[at] !== index)
        return problem(
          `expected an index from 0 to 4294967295 at ${at} of indices, got ${String(index).slice(0, 40)}`,
        );
    }
    if (new Set(indices).size !== indices.length) return problem('indices: must be unique');
    return sparseVector(indices, values);
  });

/** Whether a value may be a sparse vector, and no dense one. */
function isSparseForm(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Vectors of a point by name; the unnamed one has the name ''. */
export type NamedVectors = ReadonlyMap<string, AnyVector>;

const named = z.record(
  z.string(),
  z.unknown().transform((value, context): AnyVector => {
    const schema = isSparseForm(value) ? sparseVectorSchema : vectorSchema;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    passOn(context, parsed.error);
    return z.NEVER;
  }),
);

/** `[…]` or `{name: […], other: {indices: […], values: […]}, …}`. */
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
