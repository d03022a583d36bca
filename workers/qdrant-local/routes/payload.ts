import { Hono } from 'hono';
import { AppError } from '../../../shared/errors/index.ts';
import type { CollectionRegistry } from '../collection/registry.ts';
import { readBody } from '../http/body.ts';
import type { LocalEnv } from '../http/envelope.ts';
import { merged, mergedAt, placesAt, withoutAll } from '../payload/change.ts';
import { LIMITS } from '../schema/limits.ts';
import {
  deletePayloadSchema,
  keysOf,
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
    const countKeys = keyCounter(keysOf(payload));
    return turns.preparedChange(context, (slices, alone) =>
      registry.collection(context.req.param('name')).changePayload(
        selection,
        { slices, alone },
        (old) => (key === undefined ? merged(old, payload) : mergedAt(old, key, payload)),
        (old) => countKeys(key === undefined ? 1 : placesAt(old, key)),
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

/** Counts the keys that a set writes, point by point, and refuses too many (422). */
function keyCounter(keys: number): (places: number) => void {
  let written = 0;
  const refuse = (most: number, where: string): never => {
    throw new AppError('argument_invalid', `more than ${most} keys are set in ${where}`, {
      hint: 'Set fewer keys at a time, for fewer points, or at a path without [].',
    });
  };
  return (places) => {
    // An object without keys is made, too.
    const here = places * Math.max(1, keys);
    written += here;
    if (here > LIMITS.keysOfPoint) refuse(LIMITS.keysOfPoint, 'one point');
    if (written > LIMITS.keysWritten) refuse(LIMITS.keysWritten, 'all points of the selection');
  };
}
