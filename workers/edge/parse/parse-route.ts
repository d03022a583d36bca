import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { parseResponseSchema, sentenceSchema } from '../../../shared/schema/index.ts';
import type { RerankClient } from '../../clients/index.ts';
import type { EdgeConfiguration } from '../environment.ts';
import { describeProblem } from '../http/describe-problem.ts';
import type { EdgeEnv } from '../http/edge-env.ts';
import { UNCHANGED } from '../http/entity-tag.ts';
import { timeStage } from '../http/time-stage.ts';
import { queryError } from '../search/request-error.ts';
import { serviceError } from '../search/service-error.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/parse',
  summary: 'The parse of a sentence',
  description:
    'The words of a sentence as the search reads them, each with the word that it depends on, its relation to that word and its part of speech (Universal Dependencies). `compared` says whether scores depend on this parse. A word that the model does not know has the known word with the nearest spelling, if one is near, as `suggestion`.',
  request: {
    query: z.strictObject({
      q: sentenceSchema.meta({
        description: 'The sentence.',
        example: 'a brown rabbit follows an orange cat',
      }),
    }),
  },
  responses: {
    200: {
      description: 'The words and their parse',
      content: { 'application/json': { schema: parseResponseSchema.meta({ id: 'ParseResponse' }) } },
    },
    ...UNCHANGED,
    400: describeProblem('The sentence is empty or too long'),
    401: describeProblem('The service has keys, and this request has none that is valid'),
    403: describeProblem('The page may not search, or not with this key'),
    429: describeProblem('Too many requests from this address'),
    503: describeProblem('The sentence cannot be parsed'),
    504: describeProblem('The service that parses sentences did not respond in time'),
  },
});

export interface ParseRouteParts {
  readonly rerank: Pick<RerankClient, 'parse'>;
  readonly budgets: EdgeConfiguration['budgets'];
  readonly cacheSeconds: number;
}

/** `GET /v1/parse`: the parse of a query, from the model that would search for it. */
export function addParseRoute(app: OpenAPIHono<EdgeEnv>, parts: ParseRouteParts): void {
  app.openapi(
    route,
    async (c) => {
      const { q } = c.req.valid('query');
      const call = {
        signal: c.req.raw.signal,
        requestId: c.get('requestId'),
        traceparent: c.get('observation')?.span?.traceparent,
        timeoutMs: parts.budgets.encode,
      };
      const answer = await timeStage(c, 'parse', () =>
        parts.rerank.parse({ query: q }, call).catch((error) => {
          throw serviceError(error, 'encode_unavailable');
        }),
      );
      c.header('Cache-Control', c.get('access').cacheControl(parts.cacheSeconds));
      return c.json(answer, 200);
    },
    (result, c) => {
      if (!result.success) throw queryError(result.error, (name) => c.req.queries(name)?.length ?? 0);
    },
  );
}
