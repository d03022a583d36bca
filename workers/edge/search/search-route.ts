import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { endTime, setMetric, startTime } from 'hono/timing';
import { AppError } from '../../../shared/errors/index.ts';
import {
  problemSchema,
  SEARCH_LIMITS,
  searchQuerySchema,
  searchResponseSchema,
} from '../../../shared/schema/index.ts';
import type { EdgeEnv } from '../http/edge-env.ts';
import { type SearchParts, search } from './search.ts';

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema.meta({ id: 'Problem' }) } },
});

const querySchema = z.object({
  q: searchQuerySchema.shape.q.meta({
    description: 'What to look for.',
    example: 'two dogs running on grass',
  }),
  limit: searchQuerySchema.shape.limit.meta({ description: 'Hits on a page.' }),
  offset: searchQuerySchema.shape.offset.meta({
    description:
      'Hits to leave out. Hits behind the shortlist follow in the order of the coarse comparison and say so by their `stage`.',
  }),
});

const searchRoute = createRoute({
  method: 'get',
  path: '/v1/search',
  summary: 'Search pictures by a sentence',
  description:
    'Pictures that fit the sentence best come first. When the graph comparison is not available the answer is in the order of the coarse comparison and carries `degraded`.',
  request: { query: querySchema },
  responses: {
    200: {
      description: 'The hits of the page',
      content: { 'application/json': { schema: searchResponseSchema.meta({ id: 'SearchResponse' }) } },
    },
    400: problem('The query is empty, too long, or a number is out of range'),
    429: problem('Too many searches from this address'),
    503: problem('The query cannot be encoded, or the index cannot be searched'),
    504: problem('A part of the search did not answer in time'),
  },
});

/** `GET /v1/search`. */
export function addSearchRoute(
  app: OpenAPIHono<EdgeEnv>,
  parts: SearchParts & { readonly cacheSeconds: number },
): void {
  app.openapi(
    searchRoute,
    async (c) => {
      const result = await search(c.req.valid('query'), parts, {
        signal: c.req.raw.signal,
        requestId: c.get('requestId'),
        time: async (stage, work) => {
          startTime(c, stage);
          try {
            return await work();
          } finally {
            endTime(c, stage);
          }
        },
      });
      c.header('X-Search-Stage', result.stage);
      if (result.degraded) {
        const { code, message } = result.degraded;
        c.header('X-Search-Degraded', code);
        c.header('Cache-Control', 'no-store');
        setMetric(c, 'degraded', code);
        c.get('log')({ level: 'warn', requestId: c.get('requestId'), code, message });
      } else {
        c.header('Cache-Control', `public, max-age=${parts.cacheSeconds}`);
      }
      return c.json(result, 200);
    },
    (result, c) => {
      if (!result.success) throw queryError(result.error, (name) => c.req.queries(name)?.length ?? 0);
    },
  );
}

/** Says of the first wrong parameter what is wrong with it. */
function queryError(error: z.core.$ZodError, timesGiven: (name: string) => number): AppError {
  const [issue] = error.issues;
  const name = String(issue?.path[0] ?? 'q');
  if (timesGiven(name) > 1) {
    return new AppError('request_invalid', `${name} is given more than once.`, { hint: 'Give it once.' });
  }
  if (name === 'q') {
    return issue?.code === 'too_big'
      ? new AppError('query_too_long', `A query has at most ${SEARCH_LIMITS.queryCharacters} characters.`, {
          hint: 'Say it in one sentence.',
        })
      : new AppError('query_empty', 'The query is empty.', { hint: 'Give a sentence as q=…' });
  }
  const most = name === 'limit' ? SEARCH_LIMITS.limit : SEARCH_LIMITS.offset;
  return new AppError('request_invalid', `${name}: ${issue?.message ?? 'not right'}`, {
    hint: `${name} is a whole number from ${name === 'limit' ? 1 : 0} to ${most}.`,
  });
}
