import { Hono } from 'hono';
import type { Collection } from '../collection/collection.ts';
import type { CollectionRegistry } from '../collection/registry.ts';
import { readBody } from '../http/body.ts';
import type { LocalEnv } from '../http/envelope.ts';
import type { Slices } from '../scheduling/slices.ts';
import { type QueryRequest, queryBatchSchema, queryRequestSchema } from '../schema/query.ts';
import { assertLimits, runQuery } from '../search/query.ts';
import { assertVectorNames, pointOutput } from './point-output.ts';
import type { Turns } from './turns.ts';

export function queryRoutes(registry: CollectionRegistry, turns: Turns, maxLimit: number): Hono<LocalEnv> {
  const app = new Hono<LocalEnv>();
  const respond = async (collection: Collection, request: QueryRequest, slices: Slices) => {
    assertVectorNames(collection, request.with_vector);
    const found = await runQuery(collection, request, slices);
    const points = await slices.map(found, ({ slot, score }) => ({
      ...pointOutput(collection, slot, request.with_payload, request.with_vector),
      version: collection.points.at(slot).version,
      score,
    }));
    return { points };
  };

  app.post('/collections/:name/points/query', async (context) => {
    const request = await readBody(context, queryRequestSchema);
    assertLimits([request], maxLimit);
    return turns.read(context, (slices) =>
      respond(registry.collection(context.req.param('name')), request, slices),
    );
  });
  app.post('/collections/:name/points/query/batch', async (context) => {
    const { searches } = await readBody(context, queryBatchSchema);
    assertLimits(searches, maxLimit);
    return turns.read(context, async (slices) => {
      const collection = registry.collection(context.req.param('name'));
      const answers: Awaited<ReturnType<typeof respond>>[] = [];
      for (const request of searches) answers.push(await respond(collection, request, slices));
      return answers;
    });
  });
  return app;
}
