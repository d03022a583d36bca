import type { OpenAPIHono } from '@hono/zod-openapi';
import type { EdgeEnv } from '../http/edge-env.ts';

const INFO = {
  title: 'Picture search',
  version: '1',
  description:
    'Finds pictures by a sentence, comparing the graph of its words with the graph of each picture.',
};

/** `/openapi.json`, made from the routes that the app really has. */
export function describeApi(app: OpenAPIHono<EdgeEnv>): void {
  app.doc31('/openapi.json', { openapi: '3.1.0', info: INFO });
}
