import { Hono } from 'hono';
import type { CollectionRegistry } from '../collection/registry.ts';
import { readBody } from '../http/body.ts';
import type { LocalEnv } from '../http/envelope.ts';
import { merged, mergedAt, without } from '../payload/change.ts';
import {
  deletePayloadSchema,
  overwritePayloadSchema,
  selectionSchema,
  setPayloadSchema,
} from '../schema/points.ts';
import type { Turns } from './turns.ts';

export function payloadRoutes(registry: CollectionRegistry, turns: Turns): Hono<LocalEnv> {
  const app = new Hono<LocalEnv>();
  const path = '/collections/:name/points/payload';

  app.post(path, async (context) => {
    const { payload, key, selection } = await readBody(context, setPayloadSchema);
    return turns.change(context, (slices) =>
      registry
        .collection(context.req.param('name'))
        .changePayload(selection, slices, (old) =>
          key === undefined ? merged(old, payload) : mergedAt(old, key, payload),
        ),
    );
  });
  app.put(path, async (context) => {
    const { payload, selection } = await readBody(context, overwritePayloadSchema);
    return turns.change(context, (slices) =>
      registry.collection(context.req.param('name')).changePayload(selection, slices, () => payload),
    );
  });
  app.post(`${path}/delete`, async (context) => {
    const { keys, selection } = await readBody(context, deletePayloadSchema);
    return turns.change(context, (slices) =>
      registry
        .collection(context.req.param('name'))
        .changePayload(selection, slices, (old) => keys.reduce(without, old)),
    );
  });
  app.post(`${path}/clear`, async (context) => {
    const selection = await readBody(context, selectionSchema);
    return turns.change(context, (slices) =>
      registry.collection(context.req.param('name')).changePayload(selection, slices, () => ({})),
    );
  });
  return app;
}
