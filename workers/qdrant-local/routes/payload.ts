import { Hono } from 'hono';
import type { CollectionRegistry } from '../collection/registry.ts';
import { readBody } from '../http/body.ts';
import { type LocalEnv, updated } from '../http/envelope.ts';
import type { Payload } from '../schema/common.ts';
import { changePayloadSchema, deletePayloadSchema, selectionSchema } from '../schema/points.ts';

export function payloadRoutes(registry: CollectionRegistry): Hono<LocalEnv> {
  const app = new Hono<LocalEnv>();
  const path = '/collections/:name/points/payload';

  app.post(path, async (context) => {
    const { payload, selection } = await readBody(context, changePayloadSchema);
    const collection = registry.collection(context.req.param('name'));
    return updated(
      context,
      collection.changePayload(selection, (old) => ({ ...old, ...payload })),
    );
  });
  app.put(path, async (context) => {
    const { payload, selection } = await readBody(context, changePayloadSchema);
    const collection = registry.collection(context.req.param('name'));
    return updated(
      context,
      collection.changePayload(selection, () => payload),
    );
  });
  app.post(`${path}/delete`, async (context) => {
    const { keys, selection } = await readBody(context, deletePayloadSchema);
    const collection = registry.collection(context.req.param('name'));
    return updated(
      context,
      collection.changePayload(selection, (old) => without(old, keys)),
    );
  });
  app.post(`${path}/clear`, async (context) => {
    const selection = await readBody(context, selectionSchema);
    const collection = registry.collection(context.req.param('name'));
    return updated(
      context,
      collection.changePayload(selection, () => ({})),
    );
  });
  return app;
}

function without(payload: Payload, keys: readonly string[]): Payload {
  return Object.fromEntries(Object.entries(payload).filter(([key]) => !keys.includes(key)));
}
