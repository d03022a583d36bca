import type { MiddlewareHandler } from 'hono';
import type { Tracing } from '../../../shared/observe/tracing.ts';
import type { EdgeEnv } from '../http/edge-env.ts';
import { type EndedRequest, Observation, type Observer } from './observation.ts';
import type { QueryLog } from './query-log.ts';

export interface ObservedBy {
  readonly observers: readonly Observer[];
  readonly tracing?: Tracing | undefined;
  readonly queryLog?: QueryLog | undefined;
}

const SEARCH = '/v1/search';

/** Routes by their names in metrics and traces; others would be as many as callers like. */
const ROUTES: ReadonlySet<string> = new Set([
  SEARCH,
  '/v1/parse',
  '/v1/images',
  '/v1/images/search',
  '/v1/clicks',
]);

/** Observes requests. Nothing that observes can change or fail an answer, and spans are sent after it. */
export function observed({ observers, tracing, queryLog }: ObservedBy): MiddlewareHandler<EdgeEnv> {
  return async (c, next) => {
    const { method, path } = c.req;
    const route = ROUTES.has(path) ? path : 'other';
    const span = tracing?.begin(`${method} ${route}`, c.req.raw.headers, {
      'http.request.method': method,
      'http.route': route,
      'gsmn.request_id': c.get('requestId'),
    });
    const seen = new Observation(span);
    c.set('observation', seen);
    const id = route === SEARCH ? queryLog?.sampled() : undefined;
    await next();
    const { status } = c.res;
    // An answer in parts is not known yet; one that fails has nothing to click.
    if (id !== undefined && status < 400) c.header('X-Query-Log', id);
    const end = (): void => {
      const { stages, search, code } = seen;
      const ended: EndedRequest = {
        route,
        method,
        status,
        milliseconds: performance.now() - seen.began,
        stages,
        search,
        code,
      };
      try {
        for (const observe of observers) observe(ended);
        if (id !== undefined) queryLog?.searched(id, ended);
      } catch (thrown) {
        c.get('log')({ level: 'error', message: `a request could not be observed: ${String(thrown)}` });
      }
      span?.set({
        'http.response.status_code': status,
        ...(search === undefined ? {} : { 'gsmn.stage': search.stage }),
        ...(search?.match === undefined ? {} : { 'gsmn.match': search.match }),
        ...(search?.degraded === undefined ? {} : { 'gsmn.degraded': search.degraded.code }),
      });
      span?.end(status >= 500 ? (code ?? String(status)) : undefined);
    };
    const flush = async (): Promise<void> => tracing?.flush();
    if (seen.over !== undefined) c.executionCtx.waitUntil(seen.over.then(end).then(flush));
    else {
      end();
      if (tracing !== undefined) c.executionCtx.waitUntil(flush());
    }
  };
}
