import { z } from 'zod';
import type { Payload } from './common.ts';
import { payloadSchema, unsupported } from './common.ts';
import { type Filter, filterSchema } from './filter.ts';
import { type PointId, pointIdSchema } from './point-id.ts';
import { type NamedVectors, pointVectorsSchema, withPayloadSchema, withVectorSchema } from './vectors.ts';

export interface NewPoint {
  readonly id: PointId;
  readonly vectors: NamedVectors;
  readonly payload: Payload;
}

const pointSchema = z
  .strictObject({ id: pointIdSchema, vector: pointVectorsSchema, payload: payloadSchema.nullish() })
  .transform(({ id, vector, payload }): NewPoint => ({ id, vectors: vector, payload: payload ?? {} }));

const noShard = { shard_key: unsupported('shard_key') };
const noCondition = {
  ...noShard,
  update_filter: unsupported('update_filter'),
  update_mode: unsupported('update_mode'),
};

const batchSchema = z
  .strictObject({
    ids: z.array(pointIdSchema),
    vectors: z.union([z.array(z.unknown()), z.record(z.string(), z.array(z.unknown()))]),
    payloads: z.array(payloadSchema.nullish()).nullish(),
  })
  .transform(({ ids, vectors, payloads }, context): NewPoint[] => {
    const lists: unknown[][] = Array.isArray(vectors) ? [vectors] : Object.values(vectors);
    if (lists.some((list) => list.length !== ids.length) || (payloads && payloads.length !== ids.length)) {
      context.addIssue({
        code: 'custom',
        message: `ids, vectors and payloads of a batch must have the same number of entries (${ids.length} ids)`,
      });
      return z.NEVER;
    }
    return ids.map((id, at) => {
      const vector = Array.isArray(vectors)
        ? vectors[at]
        : Object.fromEntries(Object.entries(vectors).map(([name, list]) => [name, list[at]]));
      const parsed = pointVectorsSchema.safeParse(vector);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        context.addIssue({
          code: 'custom',
          message: issue?.message ?? '',
          path: ['vectors', ...(issue?.path ?? []), at],
        });
      }
      return { id, vectors: parsed.data ?? new Map(), payload: payloads?.[at] ?? {} };
    });
  });

export const upsertSchema = z.union([
  z.strictObject({ points: z.array(z.unknown()), ...noCondition }),
  z.strictObject({ batch: batchSchema, ...noCondition }),
]);
export { pointSchema };

/** The points that a change applies to. */
export type PointSelection = { readonly ids: readonly PointId[] } | { readonly filter: Filter };

const selected = { points: z.array(pointIdSchema).nullish(), filter: filterSchema.nullish(), ...noShard };

function selectionOf(
  { points, filter }: { points?: PointId[] | null | undefined; filter?: Filter | null | undefined },
  context: z.core.$RefinementCtx,
): PointSelection {
  if (points && !filter) return { ids: points };
  if (filter && !points) return { filter };
  context.addIssue({ code: 'custom', message: 'expected either points or filter' });
  return z.NEVER;
}

export const selectionSchema = z.strictObject(selected).transform(selectionOf);
export const changePayloadSchema = z
  .strictObject({ payload: payloadSchema, key: unsupported('key'), ...selected })
  .transform((body, context) => ({ payload: body.payload, selection: selectionOf(body, context) }));
export const deletePayloadSchema = z
  .strictObject({ keys: z.array(z.string()), ...selected })
  .transform((body, context) => ({ keys: body.keys, selection: selectionOf(body, context) }));

export const retrieveSchema = z.strictObject({
  ids: z.array(pointIdSchema),
  with_payload: withPayloadSchema,
  with_vector: withVectorSchema,
  ...noShard,
});
export const scrollSchema = z.strictObject({
  offset: pointIdSchema.nullish(),
  limit: z.int().positive().nullish(),
  filter: filterSchema.nullish(),
  with_payload: withPayloadSchema,
  with_vector: withVectorSchema,
  order_by: unsupported('order_by'),
  ...noShard,
});
export const countSchema = z.strictObject({
  filter: filterSchema.nullish(),
  exact: z.boolean().nullish(),
  ...noShard,
});
