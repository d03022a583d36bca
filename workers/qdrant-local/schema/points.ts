import { z } from 'zod';
import type { Payload } from './common.ts';
import { payloadSchema, unsupported } from './common.ts';
import { type Filter, filterSchema, isSelective } from './filter.ts';
import { beyond, LIMITS, passOn } from './limits.ts';
import { orderBySchema } from './order-by.ts';
import { pathsSchema, writtenPathSchema } from './path.ts';
import { type PointId, pointIdSchema } from './point-id.ts';
import { withinLimits } from './request-size.ts';
import { type NamedVectors, pointVectorsSchema, withPayloadSchema, withVectorSchema } from './vectors.ts';

export interface NewPoint {
  readonly id: PointId;
  readonly vectors: NamedVectors;
  readonly payload: Payload;
}

const pointSchema = z
  .strictObject({ id: pointIdSchema, vector: pointVectorsSchema, payload: payloadSchema.nullish() })
  .transform(({ id, vector, payload }): NewPoint => ({ id, vectors: vector, payload: payload ?? {} }));

/** As Qdrant says it. */
const EMPTY = 'Empty update request';

const noShard = { shard_key: unsupported('shard_key') };
const noCondition = {
  ...noShard,
  update_filter: unsupported('update_filter'),
  update_mode: unsupported('update_mode'),
};

const someOf = <S extends z.ZodType>(schema: S) =>
  z
    .array(schema)
    .max(LIMITS.points, `more than ${LIMITS.points} points in a request`)
    .refine(({ length }) => length > 0, EMPTY);

const batchSchema = z
  .strictObject({
    ids: someOf(pointIdSchema),
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
      if (!parsed.success) passOn(context, parsed.error, (path) => ['vectors', ...path, at]);
      return { id, vectors: parsed.data ?? new Map(), payload: payloads?.[at] ?? {} };
    });
  });

export const upsertSchema = z.union([
  z.strictObject({ points: someOf(z.unknown()), ...noCondition }),
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
  const refused = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (points && !filter) return points.length > 0 ? { ids: points } : refused(EMPTY);
  if (!filter || points) return refused('expected either points or filter');
  if (isSelective(filter)) return { filter };
  return refused('the filter has no condition and would select every point; a change needs a condition');
}

/** A payload that is written to every point of a selection. */
const spreadPayloadSchema = payloadSchema.superRefine((payload, context) => {
  if (keysOf(payload) > LIMITS.payloadKeys)
    context.addIssue(beyond(`more than ${LIMITS.payloadKeys} keys in a payload for a selection of points`));
});

/** Keys of all objects in a value, which `payloadSchema` has found not to be deep. */
export function keysOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, inner) => sum + keysOf(inner), own);
}

export const selectionSchema = withinLimits(z.strictObject(selected).transform(selectionOf));
export const setPayloadSchema = withinLimits(
  z
    .strictObject({ payload: spreadPayloadSchema, key: writtenPathSchema.nullish(), ...selected })
    .transform((body, context) => ({
      payload: body.payload,
      key: body.key ?? undefined,
      selection: selectionOf(body, context),
    })),
);
export const overwritePayloadSchema = withinLimits(
  z
    .strictObject({
      payload: spreadPayloadSchema,
      key: unsupported('key of an overwritten payload'),
      ...selected,
    })
    .transform((body, context) => ({ payload: body.payload, selection: selectionOf(body, context) })),
);
export const deletePayloadSchema = withinLimits(
  z
    .strictObject({ keys: pathsSchema, ...selected })
    .transform((body, context) => ({ keys: body.keys, selection: selectionOf(body, context) })),
);

export const retrieveSchema = z.strictObject({
  ids: z.array(pointIdSchema),
  with_payload: withPayloadSchema,
  with_vector: withVectorSchema,
  ...noShard,
});
export const scrollSchema = withinLimits(
  z.strictObject({
    offset: pointIdSchema.nullish(),
    limit: z.int().positive().nullish(),
    filter: filterSchema.nullish(),
    with_payload: withPayloadSchema,
    with_vector: withVectorSchema,
    order_by: orderBySchema.nullish(),
    ...noShard,
  }),
);
export const countSchema = withinLimits(
  z.strictObject({
    filter: filterSchema.nullish(),
    exact: z.boolean().nullish(),
    ...noShard,
  }),
);
