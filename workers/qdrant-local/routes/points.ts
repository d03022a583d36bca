import { Hono } from 'hono';
import { AppError } from '../../../shared/errors/index.ts';
import type { CollectionRegistry } from '../collection/registry.ts';
import { parseWith, readBody } from '../http/body.ts';
import type { LocalEnv } from '../http/envelope.ts';
import type { Slices } from '../scheduling/slices.ts';
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
import { orderedSlots } from '../search/order-points.ts';
import { assertVectorNames, pointOutput } from './point-output.ts';
import type { Turns } from './turns.ts';

const DEFAULT_LIMIT = 10;

export function pointRoutes(registry: CollectionRegistry, turns: Turns, maxLimit: number): Hono<LocalEnv> {
  const app = new Hono<LocalEnv>();

  app.put('/collections/:name/points', async (context) => {
    const body = await readBody(context, upsertSchema);
    return turns.preparedChange(context, async (slices, alone) => {
      const points = await newPoints(body, slices);
      await alone();
      return registry.collection(context.req.param('name')).upsert(points, slices);
    });
  });

  app.post('/collections/:name/points/delete', async (context) => {
    const selection = await readBody(context, selectionSchema);
    const collection = () => registry.collection(context.req.param('name'));
    if ('ids' in selection)
      return turns.change(context, (slices) => collection().deleteIds(selection.ids, slices));
    return turns.preparedChange(context, (slices, alone) =>
      collection().deleteBy(selection.filter, { slices, alone }),
    );
  });

  app.get('/collections/:name/points/:id', (context) => {
    const text = context.req.param('id');
    const id = pointIdOfText(text);
    if (id === undefined) throw new AppError('request_invalid', `${text} is not a point id`);
    return turns.read(context, () => {
      const collection = registry.collection(context.req.param('name'));
      const slot = collection.points.slotOf(id);
      if (slot === undefined)
        throw new AppError('not_found', `Not found: Point with id ${id} does not exists!`);
      return pointOutput(collection, slot, true, true);
    });
  });

  app.post('/collections/:name/points', async (context) => {
    // Unlike scrolling, Qdrant answers payloads here only on request, whatever its document says.
    const { ids, with_payload, with_vector } = await readBody(context, retrieveSchema);
    assertAtMost(ids.length, maxLimit, 'ids');
    return turns.read(context, (slices) => {
      const collection = registry.collection(context.req.param('name'));
      assertVectorNames(collection, with_vector);
      const slots = [...new Set(ids)].map((id) => collection.points.slotOf(id));
      const found = slots.filter((slot) => slot !== undefined);
      return slices.map(found, (slot) => pointOutput(collection, slot, with_payload, with_vector));
    });
  });

  app.post('/collections/:name/points/scroll', async (context) => {
    const { offset, limit, filter, with_payload, with_vector, order_by } = await readBody(
      context,
      scrollSchema,
    );
    const most = limit ?? DEFAULT_LIMIT;
    assertAtMost(most, maxLimit, 'limit');
    return turns.read(context, async (slices) => {
      const collection = registry.collection(context.req.param('name'));
      assertVectorNames(collection, with_vector);
      if (order_by) {
        if (offset !== undefined && offset !== null) {
          throw new AppError('request_invalid', 'offset and order_by exclude each other');
        }
        const by = { limit: most, filter: filter ?? undefined };
        const slots = await orderedSlots(collection, order_by, by, slices);
        const ordered = await slices.map(slots, (slot) =>
          pointOutput(collection, slot, with_payload ?? true, with_vector),
        );
        return { points: ordered, next_page_offset: null };
      }
      const points: ReturnType<typeof pointOutput>[] = [];
      let next: PointId | undefined;
      for await (const slot of collection.points.inOrder(offset ?? undefined, filter ?? undefined, slices)) {
        if (points.length === most) {
          next = collection.points.at(slot).id;
          break;
        }
        points.push(pointOutput(collection, slot, with_payload ?? true, with_vector));
      }
      return { points, next_page_offset: next ?? null };
    });
  });

  app.post('/collections/:name/points/count', async (context) => {
    const { filter } = await readBody(context, countSchema);
    return turns.read(context, async (slices) => {
      const { points } = registry.collection(context.req.param('name'));
      return { count: filter ? (await points.select(filter, slices)).length : points.count };
    });
  });
  return app;
}

function assertAtMost(count: number, most: number, what: string): void {
  if (count > most)
    throw new AppError('argument_invalid', `${what}: ${count} points, the maximum is ${most}`);
}

/** The points of a list or a batch; errors name the id of the point. */
async function newPoints(
  body: { points: unknown[] } | { batch: NewPoint[] },
  slices: Slices,
): Promise<NewPoint[]> {
  if ('batch' in body) return body.batch;
  return slices.map([...body.points.entries()], ([at, point]) => {
    const id =
      typeof point === 'object' && point !== null && 'id' in point ? ` (id ${String(point.id)})` : '';
    return parseWith(pointSchema, point, `points[${at}]${id}`);
  });
}
