import { Hono } from 'hono';
import type { LocalEnv } from '../http/envelope.ts';

/** Version of Qdrant whose API this server follows. */
const VERSION = '1.19.0';

/**
 * Open once the store is open: there is no other state of readiness.
 *
 * @param store id of the store's file
 */
export function healthRoutes(store: string): Hono<LocalEnv> {
  const app = new Hono<LocalEnv>();
  app.get('/', (context) =>
    context.json({ title: 'qdrant-local - vector search on one SQLite file', version: VERSION, store }),
  );
  app.get('/healthz', (context) => context.text('healthz check passed'));
  app.get('/livez', (context) => context.text('livez check passed'));
  app.get('/readyz', (context) => context.text('all shards are ready'));
  return app;
}
