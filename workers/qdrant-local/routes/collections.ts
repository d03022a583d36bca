import { Hono } from 'hono';
import type { Collection } from '../collection/collection.ts';
import type { Engine } from '../collection/engine.ts';
import { parseWith, readBody } from '../http/body.ts';
import { answered, type LocalEnv, updated } from '../http/envelope.ts';
import {
  aliasActionsSchema,
  collectionNameSchema,
  createCollectionSchema,
  createIndexSchema,
} from '../schema/collections.ts';

export function collectionRoutes(engine: Engine): Hono<LocalEnv> {
  const app = new Hono<LocalEnv>();

  app.get('/collections', (context) =>
    answered(context, { collections: engine.names().map((name) => ({ name })) }),
  );
  app.get('/aliases', (context) => answered(context, { aliases: engine.aliases().map(aliasDescription) }));
  app.post('/collections/aliases', async (context) => {
    const { actions } = await readBody(context, aliasActionsSchema);
    engine.changeAliases(actions);
    return answered(context, true);
  });

  app.get('/collections/:name', (context) =>
    answered(context, describe(engine.collection(context.req.param('name')))),
  );
  app.put('/collections/:name', async (context) => {
    const name = parseWith(collectionNameSchema, context.req.param('name'), 'the name of the collection');
    const { vectors, metadata } = await readBody(context, createCollectionSchema);
    engine.create(name, { vectors, metadata: metadata ?? undefined });
    return answered(context, true);
  });
  app.delete('/collections/:name', (context) => answered(context, engine.drop(context.req.param('name'))));
  app.get('/collections/:name/exists', (context) =>
    answered(context, { exists: engine.has(context.req.param('name')) }),
  );
  app.get('/collections/:name/aliases', (context) => {
    const { name } = engine.collection(context.req.param('name'));
    return answered(context, { aliases: engine.aliases(name).map(aliasDescription) });
  });

  app.put('/collections/:name/index', async (context) => {
    const { field_name, field_schema } = await readBody(context, createIndexSchema);
    return updated(context, engine.collection(context.req.param('name')).addIndex(field_name, field_schema));
  });
  app.delete('/collections/:name/index/:field', (context) =>
    updated(context, engine.collection(context.req.param('name')).removeIndex(context.req.param('field'))),
  );
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
    indexed_vectors_count: [...points.vectors.values()].reduce(
      (sum, { graph }) => sum + (graph?.size ?? 0),
      0,
    ),
    segments_count: 1,
    config: {
      params: {
        vectors: unnamed ?? Object.fromEntries(config.vectors),
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
