import { Hono } from 'hono';
import type { Collection } from '../collection/collection.ts';
import type { CollectionRegistry } from '../collection/registry.ts';
import { readBody } from '../http/body.ts';
import { answered, type LocalEnv } from '../http/envelope.ts';
import { type QueryRequest, queryBatchSchema, queryRequestSchema } from '../schema/query.ts';
import { runQuery } from '../search/query.ts';
import { pointOutput } from './point-output.ts';

export function queryRoutes(registry: CollectionRegistry, maxLimit: number): Hono<LocalEnv> {
  const app = new Hono<LocalEnv>();
  const respond = (collection: Collection, request: QueryRequest) => ({
    points: runQuery(collection, request, maxLimit, request.offset ?? 0).map(({ slot, score }) => ({
      ...pointOutput(collection, slot, request.with_payload, request.with_vector),
      version: collection.points.at(slot).version,
      score,
    })),
  });

  app.post('/collections/:name/points/query', async (context) => {
    const request = await readBody(context, queryRequestSchema);
    return answered(context, respond(registry.collection(context.req.param('name')), request));
  });
  app.post('/collections/:name/points/query/batch', async (context) => {
    const { searches } = await readBody(context, queryBatchSchema);
    const collection = registry.collection(context.req.param('name'));
    return answered(
      context,
      searches.map((request) => respond(collection, request)),
    );
  });
  return app;
}
