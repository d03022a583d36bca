import { z } from 'zod';
import { distanceSchema } from '../vectors/distance.ts';
import type { SparseModifier } from '../vectors/sparse-set.ts';
import { payloadSchema, tuning, unsupported } from './common.ts';
import { beyond, passOn } from './limits.ts';
import { pathSchema } from './path.ts';

const MAX_DIMENSIONS = 65_536;

export const collectionNameSchema = z
  .string()
  .min(1, 'a collection needs a name')
  .max(255, 'a name has 255 characters at most')
  .superRefine((name, context) => {
    if (name !== '' && !/^[^<>:"/\\|?*\p{Cc}]+$/u.test(name))
      context.addIssue(beyond('a name holds none of < > : " / \\ | ? * and no control character'));
  });

const vectorParamsSchema = z.strictObject({
  size: z.int().min(1).max(MAX_DIMENSIONS),
  distance: distanceSchema,
  on_disk: tuning,
  memory: tuning,
  hnsw_config: tuning,
  quantization_config: tuning,
  datatype: z.literal('float32').nullish(),
  multivector_config: unsupported('multivector_config'),
});

const vectorsConfigSchema = z.unknown().transform((value, context) => {
  const single = typeof value === 'object' && value !== null && ('size' in value || 'distance' in value);
  const parsed = z.record(z.string(), vectorParamsSchema).safeParse(single ? { '': value } : (value ?? {}));
  if (parsed.success) {
    return new Map(
      Object.entries(parsed.data).map(([name, { size, distance }]) => [name, { size, distance }]),
    );
  }
  passOn(context, parsed.error, (path) => path.filter((part) => part !== ''));
  return z.NEVER;
});

/** How the index of sparse vectors is stored changes no answer, but for how exact its values are. */
const sparseIndexSchema = z.strictObject({
  full_scan_threshold: tuning,
  on_disk: tuning,
  memory: tuning,
  datatype: z.literal('float32').nullish(),
});

const sparseVectorsSchema = z
  .record(
    z.string(),
    z.strictObject({ index: sparseIndexSchema.nullish(), modifier: z.enum(['none', 'idf']).nullish() }),
  )
  .nullish()
  .transform(
    (given) =>
      new Map(
        Object.entries(given ?? {}).map(([name, { modifier }]) => [name, { modifier: modifier ?? 'none' }]),
      ),
  );

export const createCollectionSchema = z
  .strictObject({
    vectors: vectorsConfigSchema,
    metadata: payloadSchema.nullish(),
    // One process, one file: sharding and replication do not apply, so only the value one is accepted.
    shard_number: z.literal(1).nullish(),
    replication_factor: z.literal(1).nullish(),
    write_consistency_factor: z.literal(1).nullish(),
    on_disk_payload: tuning,
    payload: tuning,
    hnsw_config: tuning,
    wal_config: tuning,
    optimizers_config: tuning,
    quantization_config: tuning,
    sharding_method: unsupported('sharding_method'),
    sparse_vectors: sparseVectorsSchema,
    strict_mode_config: unsupported('strict_mode_config'),
  })
  .superRefine(({ vectors, sparse_vectors }, context) => {
    for (const name of sparse_vectors.keys()) {
      if (name === '')
        context.addIssue({
          code: 'custom',
          path: ['sparse_vectors'],
          message: 'a sparse vector needs a name',
        });
      if (vectors.has(name))
        context.addIssue({
          code: 'custom',
          path: ['sparse_vectors', name],
          message: 'a dense vector has the same name',
        });
    }
  });

/** The configuration of a collection: its vectors by name ('' for the unnamed one), in this order. */
export interface CollectionConfig {
  readonly vectors: ReadonlyMap<string, VectorParams>;
  /** Its sparse vectors by name. */
  readonly sparse: ReadonlyMap<string, SparseParams>;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}
export interface VectorParams {
  readonly size: number;
  readonly distance: z.output<typeof distanceSchema>;
}

export interface SparseParams {
  readonly modifier: SparseModifier;
}

const fieldTypeSchema = z.enum(['keyword', 'integer', 'float', 'bool', 'datetime', 'uuid']);
export type FieldType = z.output<typeof fieldTypeSchema>;

/** Everything but the type affects only speed and storage. */
const indexParamsSchema = z
  .strictObject({
    type: fieldTypeSchema,
    is_tenant: tuning,
    is_principal: tuning,
    on_disk: tuning,
    memory: tuning,
    enable_hnsw: tuning,
    lookup: tuning,
    range: tuning,
    // It is for a kind of match that filters do not have here.
    prefix: z.literal(false, 'prefix is not supported by qdrant-local').nullish(),
  })
  .transform(({ type }) => type);

export const createIndexSchema = z.strictObject({
  field_name: pathSchema,
  field_schema: z.union(
    [fieldTypeSchema, indexParamsSchema],
    `expected one of ${fieldTypeSchema.options.join(', ')}`,
  ),
});

const aliasName = collectionNameSchema;
const aliasActionSchema = z.union(
  [
    z.strictObject({ create_alias: z.strictObject({ alias_name: aliasName, collection_name: z.string() }) }),
    z.strictObject({ delete_alias: z.strictObject({ alias_name: z.string() }) }),
    z.strictObject({
      rename_alias: z.strictObject({ old_alias_name: z.string(), new_alias_name: aliasName }),
    }),
  ],
  'expected create_alias, delete_alias or rename_alias with its names',
);
export type AliasAction = z.output<typeof aliasActionSchema>;
export const aliasActionsSchema = z.strictObject({ actions: z.array(aliasActionSchema).max(1000) });
