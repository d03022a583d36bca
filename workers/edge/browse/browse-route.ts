import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { AppError } from '../../../shared/errors/index.ts';
import type { ImageFilter } from '../../../shared/filter/image-filter.ts';
import { parseFilter } from '../../../shared/filter/parse-filter.ts';
import { printFilter } from '../../../shared/filter/print-filter.ts';
import { declaredField, resolveFilter } from '../../../shared/filter/resolve-filter.ts';
import {
  type IndexFields,
  searchHitSchema,
  searchQuerySchema,
  searchResponseSchema,
} from '../../../shared/schema/index.ts';
import type { Fields, Payloads } from '../../../shared/search/ports.ts';
import type { Browse, BrowseOrder, RerankClient } from '../../clients/index.ts';
import type { EdgeConfiguration } from '../environment.ts';
import { describeProblem } from '../http/describe-problem.ts';
import type { EdgeEnv } from '../http/edge-env.ts';
import { timeStage } from '../http/time-stage.ts';
import { queryError } from '../search/request-error.ts';
import { shownImage } from '../search/search-response.ts';
import { serviceError } from '../search/service-error.ts';
import { readCursor, writeCursor } from './cursor.ts';

const browseSchema = z.strictObject({
  sort: z
    .string()
    .regex(
      /^-?[A-Za-z_][A-Za-z0-9_-]{0,39}$/,
      'is the name of a field, with - before it for the largest first',
    )
    .optional()
    .meta({
      description:
        'A field of type `integer`, `number` or `date` without lists; `-taken` has the latest first. Images without a value are left out. Without `sort` images are in the order of the data.',
      example: '-taken',
    }),
  filter: searchQuerySchema.shape.filter.meta({
    description: 'Which images, as in a search.',
    example: 'year>=2019 AND place:"Rome"',
  }),
  limit: searchQuerySchema.shape.limit.meta({ description: 'Images on a page.' }),
  after: z.string().max(400).optional().meta({ description: '`next` of the page before.' }),
});

const pageSchema = z.object({
  generation: z.string().meta({ description: 'The version of the index that is listed.' }),
  sort: z.string().optional(),
  filtered: searchResponseSchema.shape.filtered,
  total: z.number().int().meta({ description: 'Images on all pages.' }),
  limit: z.number().int(),
  images: z.array(searchHitSchema.pick({ id: true, image: true, captions: true, metadata: true })),
  next: z.string().optional().meta({ description: 'For the next page, as `after`; absent on the last one.' }),
});

const route = createRoute({
  method: 'get',
  path: '/v1/images',
  summary: 'Browse images without a query',
  description:
    'The images of the index, or those that pass a filter, by a field. Pages continue in the version of the index in which the first one was asked for, as long as it is served.',
  request: { query: browseSchema },
  responses: {
    200: {
      description: 'The images of the page',
      content: { 'application/json': { schema: pageSchema.meta({ id: 'ImagePage' }) } },
    },
    400: describeProblem('A number is out of range, a name is unknown, or filter, sort or after do not fit'),
    429: describeProblem('Too many requests from this address'),
    503: describeProblem('The index cannot be read'),
    504: describeProblem('A part of the service did not respond in time'),
  },
});

export interface BrowseRouteParts {
  readonly rerank: Pick<RerankClient, 'generation'>;
  readonly browse: Browse;
  readonly fields: Fields;
  readonly payloads: Payloads;
  readonly budgets: EdgeConfiguration['budgets'];
  readonly cacheSeconds: number;
  readonly imageWidths?: readonly number[] | undefined;
}

/** `GET /v1/images`: images by their fields, without a query. */
export function addBrowseRoute(app: OpenAPIHono<EdgeEnv>, parts: BrowseRouteParts): void {
  const { rerank, browse, fields, payloads, budgets, cacheSeconds, imageWidths } = parts;
  app.openapi(
    route,
    async (c) => {
      const { sort, filter: text, limit, after } = c.req.valid('query');
      const call = { signal: c.req.raw.signal, requestId: c.get('requestId') };
      const tree = text === undefined ? undefined : parseFilter(text);
      const cursor = after === undefined ? undefined : readCursor(after, sort);
      const generation = await timeStage(c, 'generation', () =>
        rerank
          .generation(cursor?.generation, { ...call, timeoutMs: budgets.encode })
          .catch((thrown: unknown) => {
            throw staleCursor(serviceError(thrown, 'encode_unavailable'), cursor !== undefined);
          }),
      );
      const order = orderOf(sort, generation.fields);
      const filter = tree && resolveFilter(tree, generation.fields, 'public');
      const listed = withValue(filter, order);
      const { collection } = generation;
      const count = (of: ImageFilter | undefined) =>
        of === undefined ? generation.images : fields.count(generation, of, call);
      const [total, passing, places] = await timeStage(c, 'recall', () =>
        Promise.all([
          count(listed),
          count(filter),
          // One more tells whether there is a next page.
          browse.page({ collection, order, filter, after: cursor?.place, limit: limit + 1 }, call),
        ]),
      ).catch(unavailable);
      const page = places.slice(0, limit);
      const found = await timeStage(c, 'payloads', () =>
        payloads.read(
          generation,
          page.map(({ id }) => id),
          call,
        ),
      ).catch(unavailable);
      const last = places.length > limit ? page.at(-1) : undefined;
      c.header('Cache-Control', `public, max-age=${cacheSeconds}`);
      return c.json(
        {
          generation: generation.generation,
          ...(sort === undefined ? {} : { sort }),
          ...(tree === undefined ? {} : { filtered: { filter: printFilter(tree), images: passing } }),
          total,
          limit,
          images: page.flatMap(({ id }) => {
            const image = found.get(id);
            return image === undefined ? [] : [{ id, ...shownImage(image, imageWidths) }];
          }),
          ...(last === undefined
            ? {}
            : { next: writeCursor({ generation: generation.generation, sort, place: last }) }),
        },
        200,
      );
    },
    (result, c) => {
      if (!result.success) throw browseError(result.error, (name) => c.req.queries(name)?.length ?? 0);
    },
  );
}

/** Describes what is wrong with the first wrong parameter. */
function browseError(error: z.core.$ZodError, timesGiven: (name: string) => number): AppError {
  const [issue] = error.issues;
  if (issue?.code === 'unrecognized_keys') {
    return new AppError('request_invalid', `${issue.keys.join(', ')}: unknown to a list of images.`, {
      hint: `It has ${Object.keys(browseSchema.shape).join(', ')}.`,
    });
  }
  const name = String(issue?.path[0]);
  if (name === 'limit' || name === 'filter' || timesGiven(name) > 1) return queryError(error, timesGiven);
  return new AppError('request_invalid', `${name}: ${issue?.message ?? 'invalid'}.`, {
    hint: name === 'sort' ? 'For example sort=-taken.' : 'Send `next` of the page before as it is.',
  });
}

/** @throws AppError `request_invalid` for a field that has no order. */
function orderOf(sort: string | undefined, fields: IndexFields | undefined): BrowseOrder {
  if (sort === undefined) return { descending: false };
  const descending = sort.startsWith('-');
  const field = descending ? sort.slice(1) : sort;
  const { type, list } = declaredField(field, fields, 'public', 'sort');
  if (!list && type !== 'keyword' && type !== 'boolean') return { field, descending };
  throw new AppError('request_invalid', `sort: ${field} is ${list ? 'a list' : `of type ${type}`}.`, {
    hint: 'Sort by a field of type integer, number or date that has one value.',
  });
}

/** Images without a value have no place in an order. */
function withValue(filter: ImageFilter | undefined, { field }: BrowseOrder): ImageFilter | undefined {
  if (field === undefined) return filter;
  const has = { field, exists: true } as const;
  return filter === undefined ? has : { and: [filter, has] };
}

/** The version of the index that a cursor names may be gone. */
function staleCursor(error: AppError, fromCursor: boolean): AppError {
  if (error.code !== 'generation_stale' || !fromCursor) return error;
  return new AppError('request_invalid', 'after: the index was replaced since that page.', {
    hint: 'Begin with the first page.',
    cause: error,
  });
}

/** A collection that is gone is no error of the caller. */
function unavailable(thrown: unknown): never {
  if (!(thrown instanceof AppError) || thrown.code !== 'not_found') throw thrown;
  throw new AppError('recall_unavailable', thrown.message, { hint: thrown.hint, cause: thrown });
}
