import { Hono } from 'hono';
import type { CollectionRegistry } from '../collection/registry.ts';
import { readBody } from '../http/body.ts';
import type { LocalEnv } from '../http/envelope.ts';
import { merged, mergedAt, withoutAll } from '../payload/change.ts';
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
    return turns.preparedChange(context, (slices, alone) =>
      registry
        .collection(context.req.param('name'))
        .changePayload(selection, { slices, alone }, (old) =>
          key === undefined ? merged(old, payload) : mergedAt(old, key, payload),
        ),
    );
  });
  app.put(path, async (context) => {
    const { payload, selection } = await readBody(context, overwritePayloadSchema);
    return turns.preparedChange(context, (slices, alone) =>
      registry
        .collection(context.req.param('name'))
        .changePayload(selection, { slices, alone }, () => payload),
    );
  });
  app.post(`${path}/delete`, async (context) => {
    const { keys, selection } = await readBody(context, deletePayloadSchema);
    return turns.preparedChange(context, (slices, alone) =>
      registry
        .collection(context.req.param('name'))
        .changePayload(selection, { slices, alone }, withoutAll(keys)),
    );
  });
  app.post(`${path}/clear`, async (context) => {
    const selection = await readBody(context, selectionSchema);
    return turns.preparedChange(context, (slices, alone) =>
      registry.collection(context.req.param('name')).changePayload(selection, { slices, alone }, () => ({})),
    );
  });
  return app;
}
