import { z } from 'zod';
import type { AnyVector } from '../vectors/any-vector.ts';
import { oneOrMany, tuning, unsupported } from './common.ts';
import { type Filter, filterSchema } from './filter.ts';
import { LIMITS, passOn } from './limits.ts';
import { type PointId, pointIdSchema } from './point-id.ts';
import { withinLimits } from './request-size.ts';
import { sparseVectorSchema, vectorSchema, withPayloadSchema, withVectorSchema } from './vectors.ts';

type Query =
  | { readonly kind: 'vector'; readonly vector: AnyVector }
  | { readonly kind: 'point'; readonly id: PointId }
  /** Reciprocal rank fusion of the prefetches: the sum of `1 / (k + rank)`, ranks from 0. */
  | { readonly kind: 'rrf'; readonly k: number };

const DEFAULT_RRF_K = 2;
const fusionSchema = z.strictObject({ fusion: z.literal('rrf', 'the only fusion is rrf') });
const rrfSchema = z.strictObject({
  rrf: z.strictObject({ k: z.int().positive().nullish(), weights: unsupported('weights') }),
});

const querySchema = z.unknown().transform((value, context): Query => {
  const refused = (error: z.ZodError): never => {
    passOn(context, error);
    return z.NEVER;
  };
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    if ('nearest' in value) {
      const { nearest, ...rest } = value;
      const [unknown] = Object.keys(rest).filter((key) => (rest as Record<string, unknown>)[key] != null);
      if (unknown === undefined) return nearestOf(nearest);
      context.addIssue({ code: 'custom', message: `${unknown} is not supported by qdrant-local` });
      return z.NEVER;
    }
    if (isSparseQuery(value)) return nearestOf(value);
    if ('fusion' in value) {
      const parsed = fusionSchema.safeParse(value);
      return parsed.success ? { kind: 'rrf', k: DEFAULT_RRF_K } : refused(parsed.error);
    }
    if ('rrf' in value) {
      const parsed = rrfSchema.safeParse(value);
      return parsed.success ? { kind: 'rrf', k: parsed.data.rrf.k ?? DEFAULT_RRF_K } : refused(parsed.error);
    }
    context.addIssue({
      code: 'custom',
      message: `unsupported query: ${Object.keys(value).join(', ') || 'empty'}; known are a vector, a sparse vector, a point id, nearest, fusion, rrf`,
    });
    return z.NEVER;
  }
  return nearestOf(value);

  function nearestOf(target: unknown): Query {
    if (Array.isArray(target) || isSparseQuery(target)) {
      const schema = Array.isArray(target) ? vectorSchema : sparseVectorSchema;
      const parsed = schema.safeParse(target);
      return parsed.success ? { kind: 'vector', vector: parsed.data } : refused(parsed.error);
    }
    const parsed = pointIdSchema.safeParse(target);
    return parsed.success ? { kind: 'point', id: parsed.data } : refused(parsed.error);
  }
});

function isSparseQuery(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('indices' in value || 'values' in value);
}

export interface Prefetch {
  readonly prefetch: readonly Prefetch[];
  readonly query?: Query | null | undefined;
  readonly using?: string | null | undefined;
  readonly filter?: Filter | null | undefined;
  readonly score_threshold?: number | null | undefined;
  readonly limit?: number | null | undefined;
  readonly params?:
    | { readonly exact?: boolean | null | undefined; readonly hnsw_ef?: number | null | undefined }
    | null
    | undefined;
}

const common = {
  query: querySchema.nullish(),
  using: z.string().nullish(),
  filter: filterSchema.nullish(),
  score_threshold: z.number().nullish(),
  limit: z.int().positive().nullish(),
  params: z
    .strictObject({
      exact: z.boolean().nullish(),
      hnsw_ef: z.int().positive().max(10_000).nullish(),
      // Nothing is quantised or indexed later here: these cannot change an answer.
      quantization: tuning,
      indexed_only: tuning,
      acorn: tuning,
    })
    .nullish(),
  lookup_from: unsupported('lookup_from'),
  shard_key: unsupported('shard_key'),
};

const prefetchSchema: z.ZodType<Prefetch> = z.lazy(() =>
  z.strictObject({ ...common, prefetch: oneOrMany(prefetchSchema) }),
);

const requestSchema = z.strictObject({
  ...common,
  prefetch: oneOrMany(prefetchSchema),
  offset: z.int().nonnegative().nullish(),
  with_payload: withPayloadSchema,
  with_vector: withVectorSchema,
});
export type QueryRequest = z.output<typeof requestSchema>;

export const queryRequestSchema = withinLimits(requestSchema);
export const queryBatchSchema = withinLimits(
  z.strictObject({ searches: z.array(requestSchema).max(LIMITS.queries) }),
);
