import type { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { AppError } from '../../../shared/errors/index.ts';
import { clickSchema } from '../../../shared/observe/query-log-line.ts';
import type { EdgeEnv } from '../http/edge-env.ts';
import type { QueryLog } from './query-log.ts';

/** A click is an id and a number. */
const BODY_BYTES = 256;

/**
 * `POST /v1/clicks`: which hit of a logged search was chosen. `navigator.sendBeacon` sends JSON as text, because a page of another
 * site would have to ask first for anything else; so the type of the body does not matter.
 */
export function addClicksRoute(app: OpenAPIHono<EdgeEnv>, log: QueryLog): void {
  app.post(
    '/v1/clicks',
    bodyLimit({
      maxSize: BODY_BYTES,
      onError: () => {
        throw new AppError('request_too_large', `A click has at most ${BODY_BYTES} bytes.`, {
          hint: 'Send {"search": X-Query-Log of the answer, "position": of the hit, from 1}.',
        });
      },
    }),
    async (c) => {
      const click = clickSchema.safeParse(jsonOf(await c.req.text()));
      if (!click.success) {
        throw new AppError('request_invalid', 'The body is not a click.', {
          hint: 'Send {"search": X-Query-Log of the answer, "position": of the hit, from 1}.',
        });
      }
      log.clicked(click.data.search, click.data.position);
      return c.body(null, 204);
    },
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses it.
    return undefined;
  }
}
