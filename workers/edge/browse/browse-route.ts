import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { AppError } from '../../../shared/errors/index.ts';
import { narrowedFilter } from '../../../shared/filter/narrowed-filter.ts';
import { parseFilter } from '../../../shared/filter/parse-filter.ts';
import { printFilter } from '../../../shared/filter/print-filter.ts';
import {
  cursorSchema,
  imageIdSchema,
  imagePageSchema,
  SEARCH_LIMITS,
  searchQuerySchema,
} from '../../../shared/schema/index.ts';
import type { Payloads } from '../../../shared/search/ports.ts';
import type { RerankClient } from '../../clients/index.ts';
import type { EdgeConfiguration } from '../environment.ts';
import { describeProblem } from '../http/describe-problem.ts';
import type { EdgeEnv } from '../http/edge-env.ts';
import { UNCHANGED } from '../http/entity-tag.ts';
import { timeStage } from '../http/time-stage.ts';
import { generationOf, listFingerprint, readCursor, writeCursor } from '../paging/cursor.ts';
import { replacedIndex } from '../paging/replaced-index.ts';
import { canonicalTree } from '../search/canonical-request.ts';
import { queryError } from '../search/request-error.ts';
import { shownImage } from '../search/search-response.ts';
import { serviceError } from '../search/service-error.ts';
import { unavailable } from './gone-collection.ts';
import { type ImageListParts, imageLists } from './image-lists.ts';

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
  like: imageIdSchema.optional().meta({
    type: 'integer',
    description:
      'The `id` of an image: the others follow by how near their coarse vectors are to its own, the nearest first. GSMN compares no images with each other, so it takes no part. Instead of `sort`.',
  }),
  generation: z
    .string()
    .regex(/^[0-9a-f]{16}$/, 'is not the id of a generation')
    .optional()
    .meta({
      description:
        'The version of the index, the active one by default. An `id` means another image in another version, so send `generation` of the answer that `like` comes from.',
    }),
  filter: searchQuerySchema.shape.filter.meta({
    description: 'Which images, as in a search.',
    example: 'year>=2019 AND place:"Rome"',
  }),
  limit: searchQuerySchema.shape.limit.meta({ description: 'Images on a page.' }),
  after: cursorSchema.optional().meta({ description: '`next` of the page before.' }),
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
      content: { 'application/json': { schema: imagePageSchema.meta({ id: 'ImagePage' }) } },
    },
    ...UNCHANGED,
    400: describeProblem('A number is out of range, a name is unknown, or filter, sort or after do not fit'),
    401: describeProblem('The service has keys, and this request has none that is valid'),
    403: describeProblem('The page may not search, or not with this key'),
    404: describeProblem('There is no image with the id of like'),
    429: describeProblem('Too many requests from this address'),
    503: describeProblem('The index cannot be read'),
    504: describeProblem('A part of the service did not respond in time'),
  },
});

export interface BrowseRouteParts extends ImageListParts {
  readonly rerank: Pick<RerankClient, 'generation'>;
  readonly payloads: Payloads;
  readonly budgets: EdgeConfiguration['budgets'];
  readonly cacheSeconds: number;
  readonly imageWidths?: readonly number[] | undefined;
}

/** `GET /v1/images`: images by their fields, without a query. */
export function addBrowseRoute(app: OpenAPIHono<EdgeEnv>, parts: BrowseRouteParts): void {
  const { rerank, payloads, budgets, cacheSeconds, imageWidths } = parts;
  const lists = imageLists(parts);
  app.openapi(
    route,
    async (c) => {
      const { sort, like, filter: text, limit, after, generation: named } = c.req.valid('query');
      if (sort !== undefined && like !== undefined) throw bothOrders();
      const access = c.get('access');
      const { within, visible } = access;
      const call = {
        signal: c.req.raw.signal,
        requestId: c.get('requestId'),
        traceparent: c.get('observation')?.span?.traceparent,
      };
      const tree = text === undefined ? undefined : parseFilter(text);
      const of = await listFingerprint({ sort, like, filter: tree && canonicalTree(tree) });
      const last = like === undefined ? Number.MAX_SAFE_INTEGER : SEARCH_LIMITS.offset;
      const cursor =
        after === undefined ? undefined : readCursor(after, { list: of, byValue: sort !== undefined, last });
      const wanted = cursor === undefined ? named : generationOf(cursor, named);
      const generation = await timeStage(c, 'generation', () =>
        rerank.generation(wanted, { ...call, timeoutMs: budgets.encode }).catch((thrown: unknown) => {
          const error = serviceError(thrown, 'encode_unavailable');
          throw error.code === 'generation_stale' && wanted !== undefined
            ? replacedIndex(wanted, error)
            : error;
        }),
      );
      const { fields } = generation;
      const filter = narrowedFilter({ within, filter: tree, visible }, fields);
      const asked = {
        generation,
        within: narrowedFilter({ within, visible }, fields),
        filter,
        visible,
        limit,
        place: cursor?.place,
      };
      const list =
        like === undefined ? lists.byField(asked, sort, call) : await lists.byLikeness(asked, like, call);
      const [total, passing, listed] = await timeStage(c, 'recall', () =>
        Promise.all([list.total(), lists.count(generation, filter, call), list.page()]),
      ).catch(unavailable);
      const page = listed.slice(0, limit);
      const found = await timeStage(c, 'payloads', () =>
        payloads.read(
          generation,
          page.map(({ id }) => id),
          call,
        ),
      ).catch(unavailable);
      const end = listed.length > limit ? page.at(-1) : undefined;
      const next = end === undefined ? undefined : list.place(end);
      const body = {
        generation: generation.generation,
        ...(sort === undefined ? {} : { sort }),
        ...(like === undefined ? {} : { like }),
        ...(tree === undefined ? {} : { filtered: { filter: printFilter(tree), images: passing } }),
        total,
        limit,
        images: await Promise.all(
          page.map(async ({ id, score }) => {
            const image = found.get(id);
            if (image === undefined) throw pointGone(generation.collection, id);
            const shown = shownImage(await access.show(image, fields), imageWidths);
            return { id, ...shown, ...(score === undefined ? {} : { score }) };
          }),
        ),
        ...(next === undefined
          ? {}
          : { next: writeCursor({ generation: generation.generation, list: of, place: next }) }),
      };
      c.header('Cache-Control', access.cacheControl(cacheSeconds));
      return c.json(body, 200);
    },
    (result, c) => {
      if (!result.success) throw browseError(result.error, (name) => c.req.queries(name)?.length ?? 0);
    },
  );
}

function bothOrders(): AppError {
  return new AppError('request_invalid', 'sort and like are two orders.', { hint: 'Send one of them.' });
}

const HINTS: Readonly<Record<string, string>> = {
  sort: 'For example sort=-taken.',
  like: 'like is the id of an image.',
  generation: 'Send `generation` of an answer as it is.',
  after: 'Send `next` of the page before as it is.',
};

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
    hint: HINTS[name],
  });
}

/** When a collection is deleted, its points are gone before its name: a page that lacks some would be kept by caches. */
function pointGone(collection: string, id: number): AppError {
  return new AppError('recall_unavailable', `collection ${collection} has no point ${id}`);
}
