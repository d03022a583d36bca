import { Hono } from 'hono';
import type { Collection } from '../collection/collection.ts';
import type { CollectionRegistry } from '../collection/registry.ts';
import { parseWith, readBody } from '../http/body.ts';
import type { LocalEnv } from '../http/envelope.ts';
import {
  aliasActionsSchema,
  collectionNameSchema,
  createCollectionSchema,
  createIndexSchema,
} from '../schema/collections.ts';
import { pathSchema } from '../schema/path.ts';
import type { Turns } from './turns.ts';

export function collectionRoutes(registry: CollectionRegistry, turns: Turns): Hono<LocalEnv> {
  const app = new Hono<LocalEnv>();

  app.get('/collections', (context) =>
    turns.describe(context, () => ({ collections: registry.names().map((name) => ({ name })) })),
  );
  app.get('/aliases', (context) =>
    turns.describe(context, () => ({ aliases: registry.aliases().map(aliasDescription) })),
  );
  app.post('/collections/aliases', async (context) => {
    const { actions } = await readBody(context, aliasActionsSchema);
    return turns.arrange(context, () => {
      registry.changeAliases(actions);
      return true;
    });
  });

  app.get('/collections/:name', (context) =>
    turns.describe(context, () => describe(registry.collection(context.req.param('name')))),
  );
  app.put('/collections/:name', async (context) => {
    const name = parseWith(collectionNameSchema, context.req.param('name'), 'the name of the collection');
    const { vectors, sparse_vectors, metadata } = await readBody(context, createCollectionSchema);
    return turns.arrange(context, () => {
      registry.create(name, { vectors, sparse: sparse_vectors, metadata: metadata ?? undefined });
      return true;
    });
  });
  app.delete('/collections/:name', (context) =>
    turns.arrange(context, () => registry.drop(context.req.param('name'))),
  );
  app.get('/collections/:name/exists', (context) =>
    turns.describe(context, () => ({ exists: registry.has(context.req.param('name')) })),
  );
  app.get('/collections/:name/aliases', (context) =>
    turns.describe(context, () => {
      const { name } = registry.collection(context.req.param('name'));
      return { aliases: registry.aliases(name).map(aliasDescription) };
    }),
  );

  app.put('/collections/:name/index', async (context) => {
    const { field_name, field_schema } = await readBody(context, createIndexSchema);
    return turns.change(context, () =>
      registry.collection(context.req.param('name')).addIndex(field_name, field_schema),
    );
  });
  app.delete('/collections/:name/index/:field', (context) => {
    const field = parseWith(pathSchema, context.req.param('field'), 'the name of the field');
    return turns.change(context, () =>
      registry.collection(context.req.param('name')).removeIndex(field.text),
    );
  });
  return app;
}

function aliasDescription([alias_name, collection_name]: [string, string]) {
  return { alias_name, collection_name };
}

/** Qdrant's `CollectionInfo`. The values about segments, HNSW and logs are constants of this store. */
function describe({ config, points, indexes }: Collection) {
  const unnamed = config.vectors.get('');
  return {
    status: 'green',
    optimizer_status: 'ok',
    points_count: points.count,
    indexed_vectors_count: [...points.vectors.values()].reduce((sum, { hnsw }) => sum + (hnsw?.size ?? 0), 0),
    segments_count: 1,
    config: {
      params: {
        vectors: unnamed ?? Object.fromEntries(config.vectors),
        ...(config.sparse.size > 0 ? { sparse_vectors: Object.fromEntries(config.sparse) } : {}),
        shard_number: 1,
        replication_factor: 1,
        write_consistency_factor: 1,
        on_disk_payload: false,
      },
      hnsw_config: { m: 32, ef_construct: 128, full_scan_threshold: 10_000, on_disk: false },
      optimizer_config: { default_segment_number: 1, flush_interval_sec: 1 },
      ...(config.metadata ? { metadata: config.metadata } : {}),
    },
    payload_schema: Object.fromEntries(
      [...indexes].map(([field, data_type]) => [field, { data_type, points: points.indexed(field) }]),
    ),
  };
}
