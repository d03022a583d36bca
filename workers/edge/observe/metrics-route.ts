import type { OpenAPIHono } from '@hono/zod-openapi';
import { AppError } from '../../../shared/errors/index.ts';
import type { SpanCounts } from '../../../shared/observe/span-queue.ts';
import type { EdgeEnv } from '../http/edge-env.ts';
import type { EdgeMetrics } from './edge-metrics.ts';
import { METRICS_TYPE } from './metric-registry.ts';

export interface MetricsRouteParts {
  readonly metrics: EdgeMetrics;
  /** Callers send it as `Authorization: Bearer …`. */
  readonly token: string;
  readonly spans?: (() => SpanCounts) | undefined;
}

/** `GET /metrics`, for who has the token. */
export function addMetricsRoute(
  app: OpenAPIHono<EdgeEnv>,
  { metrics, token, spans }: MetricsRouteParts,
): void {
  app.get('/metrics', async (c) => {
    const given = /^Bearer +(.+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? '';
    if (!(await isSame(given, token))) {
      throw new AppError('unauthorized', 'The token of /metrics is missing or wrong.', {
        hint: 'Send METRICS_TOKEN as "Authorization: Bearer …".',
      });
    }
    return c.body(metrics.text(spans?.()), 200, {
      'content-type': METRICS_TYPE,
      'cache-control': 'no-store',
    });
  });
}

/** Compares digests, so that how long it takes tells nothing of the token. */
async function isSame(given: string, token: string): Promise<boolean> {
  const [a, b] = await Promise.all(
    [given, token].map(
      async (text) => new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))),
    ),
  );
  return a?.every((byte, at) => byte === b?.[at]) === true;
}
