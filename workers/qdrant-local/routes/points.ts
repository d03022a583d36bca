import { Hono } from 'hono';
import { AppError } from '../../../shared/errors/index.ts';
import type { CollectionRegistry } from '../collection/registry.ts';
import { parseWith, readBody } from '../http/body.ts';
import { answered, type LocalEnv, updated } from '../http/envelope.ts';
import { type PointId, pointIdOfText } from '../schema/point-id.ts';
import {
  countSchema,
  type NewPoint,
  pointSchema,
  retrieveSchema,
  scrollSchema,
  selectionSchema,
  upsertSchema,
} from '../schema/points.ts';
import { pointOutput } from './point-output.ts';

const DEFAULT_LIMIT = 10;

export function pointRoutes(registry: CollectionRegistry, maxLimit: number): Hono<LocalEnv> {
  const app = new Hono<LocalEnv>();
  // The body is read before the collection is looked up: nothing may be awaited between the look-up and the response,
  // or an alias could be switched in between.

  app.put('/collections/:name/points', async (context) => {
    const points = newPoints(await readBody(context, upsertSchema));
    return updated(context, registry.collection(context.req.param('name')).upsert(points));
  });

  app.post('/collections/:name/points/delete', async (context) => {
    const selection = await readBody(context, selectionSchema);
    return updated(context, registry.collection(context.req.param('name')).delete(selection));
  });

  app.get('/collections/:name/points/:id', (context) => {
    const text = context.req.param('id');
    const collection = registry.collection(context.req.param('name'));
    const id = pointIdOfText(text);
    if (id === undefined) throw new AppError('request_invalid', `${text} is not a point id`);
    const slot = collection.points.slotOf(id);
    if (slot === undefined)
      throw new AppError('not_found', `Not found: Point with id ${id} does not exists!`);
    return answered(context, pointOutput(collection, slot, true, true));
  });

  app.post('/collections/:name/points', async (context) => {
    const { ids, with_payload = true, with_vector } = await readBody(context, retrieveSchema);
    const collection = registry.collection(context.req.param('name'));
    const slots = [...new Set(ids)].map((id) => collection.points.slotOf(id));
    const found = slots.filter((slot) => slot !== undefined);
    return answered(
      context,
      found.map((slot) => pointOutput(collection, slot, with_payload, with_vector)),
    );
  });

  app.post('/collections/:name/points/scroll', async (context) => {
    const { offset, limit, filter, with_payload = true, with_vector } = await readBody(context, scrollSchema);
    const most = limit ?? DEFAULT_LIMIT;
    if (most > maxLimit)
      throw new AppError('request_too_large', `limit is ${most}, the maximum is ${maxLimit}`);
    const collection = registry.collection(context.req.param('name'));
    const points: ReturnType<typeof pointOutput>[] = [];
    let next: PointId | undefined;
    for (const id of collection.points.idsFrom(offset ?? undefined)) {
      const slot = collection.points.slotOf(id);
      if (slot === undefined || (filter && !collection.points.matches(slot, filter))) continue;
      if (points.length === most) {
        next = id;
        break;
      }
      points.push(pointOutput(collection, slot, with_payload, with_vector));
    }
    return answered(context, { points, next_page_offset: next ?? null });
  });

  app.post('/collections/:name/points/count', async (context) => {
    const { filter } = await readBody(context, countSchema);
    const { points } = registry.collection(context.req.param('name'));
    return answered(context, { count: filter ? points.select(filter).length : points.count });
  });
  return app;
}

/** The points of a list or a batch; errors name the id of the point. */
function newPoints(body: { points: unknown[] } | { batch: NewPoint[] }): NewPoint[] {
  if ('batch' in body) return body.batch;
  return body.points.map((point, at) => {
    const id =
      typeof point === 'object' && point !== null && 'id' in point ? ` (id ${String(point.id)})` : '';
    return parseWith(pointSchema, point, `points[${at}]${id}`);
  });
}
