import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { Admission } from '../../../shared/async/admission.ts';
import { withDeadline } from '../../../shared/async/deadline.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { parseFilter } from '../../../shared/filter/parse-filter.ts';
import { assertImageBody, readLimited } from '../../../shared/http/index.ts';
import { type NearImages, nearImagesSchema, searchQuerySchema } from '../../../shared/schema/index.ts';
import type { Fields, Payloads, Recall } from '../../../shared/search/ports.ts';
import { type NearImage, searchByImage } from '../../../shared/search/search-by-image.ts';
import type { RerankClient } from '../../clients/index.ts';
import { unavailable } from '../browse/gone-collection.ts';
import type { EdgeConfiguration } from '../environment.ts';
import { describeProblem } from '../http/describe-problem.ts';
import type { EdgeEnv } from '../http/edge-env.ts';
import { timeStage } from '../http/time-stage.ts';
import { queryError } from '../search/request-error.ts';
import { shownImage } from '../search/search-response.ts';
import { serviceError } from '../search/service-error.ts';

const querySchema = z.strictObject({
  filter: searchQuerySchema.shape.filter.meta({
    description: 'Which images are searched, as in a search.',
    example: 'year>=2019 AND place:"Rome"',
  }),
  limit: searchQuerySchema.shape.limit.meta({ description: 'Images.' }),
  collapse: searchQuerySchema.shape.collapse.meta({
    description:
      'Show images that look alike as one: the nearest of each group, with the others in `alike`. `false` lists each.',
  }),
});

/** What is sent is told by its content, whichever of these it is called. */
const TYPES = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'image/avif',
  'image/tiff',
  'image/heic',
  'application/octet-stream',
] as const;

const file = {
  schema: z.string().meta({ format: 'binary', description: 'The image file.' }),
};

const route = createRoute({
  method: 'post',
  path: '/v1/images/search',
  summary: 'Search images by an image',
  description:
    'The body is an image file. The images whose coarse vectors are nearest to its own come first. GSMN compares sentences with images, so it takes no part. The file is decoded, encoded and forgotten: it is not stored, logged or cached, and neither is the answer.',
  request: {
    query: querySchema,
    body: { required: true, content: Object.fromEntries(TYPES.map((type) => [type, file])) },
  },
  responses: {
    200: {
      description: 'The images, the nearest first',
      content: { 'application/json': { schema: nearImagesSchema.meta({ id: 'NearImages' }) } },
    },
    400: describeProblem(
      'A number is out of range, a name is unknown, the filter does not fit the index, or the image did not arrive whole',
    ),
    401: describeProblem('The service has keys, and this request has none that is valid'),
    403: describeProblem('The page may not search, or not with this key'),
    404: describeProblem(
      'The index cannot be searched with an image: what described its images does not run here. Or the service takes none',
    ),
    413: describeProblem('The image has too many bytes or pixels'),
    415: describeProblem('The body is not declared as an image'),
    422: describeProblem('The body is no image, or a damaged one, or one that takes too long to decode'),
    429: describeProblem('Too many requests from this address'),
    503: describeProblem(
      'There is too much to do, or the image cannot be encoded, or the index not be searched',
    ),
    504: describeProblem('A part of the search did not respond in time'),
  },
});

export interface ImageSearchRouteParts {
  readonly rerank: Pick<RerankClient, 'encodeImage'>;
  readonly recall: Recall;
  readonly payloads: Payloads;
  readonly fields: Fields;
  readonly budgets: EdgeConfiguration['budgets'];
  /** The largest image file, in bytes; 0 for none. */
  readonly queryImageBytes: number;
  readonly imageWidths?: readonly number[] | undefined;
}

/** Files that an isolate holds at once, and requests whose files wait unread. Chosen: an isolate has 128 MB for everything. */
const AT_ONCE = 4;
const WAITING = 64;

/** `POST /v1/images/search`: the images that are nearest to one that is sent. */
export function addImageSearchRoute(app: OpenAPIHono<EdgeEnv>, parts: ImageSearchRouteParts): void {
  const { rerank, recall, payloads, fields, budgets, queryImageBytes, imageWidths } = parts;
  const admission = new Admission(AT_ONCE, WAITING);
  app.openapi(
    route,
    async (c) => {
      const { filter, limit, collapse } = c.req.valid('query');
      const tree = filter === undefined ? undefined : parseFilter(filter);
      if (queryImageBytes === 0) throw noImages();
      assertImageBody(c.req.raw.headers);
      const access = c.get('access');
      access.spend('image');
      const { within, visible } = access;
      const { signal } = c.req.raw;
      const call = {
        signal,
        requestId: c.get('requestId'),
        traceparent: c.get('observation')?.span?.traceparent,
      };
      const search = async () => {
        const image = await arrived(c.req.raw, queryImageBytes, budgets.queryImage);
        return searchByImage(
          { limit, collapse, filter: tree },
          {
            encode: (own) =>
              rerank
                .encodeImage(image, { ...own, timeoutMs: budgets.queryImage })
                .then(({ coarse, grouped = false, ...encoded }) => ({
                  ...encoded,
                  grouped,
                  coarse: Float32Array.from(coarse),
                }))
                .catch((thrown: unknown) => {
                  throw serviceError(thrown, 'encode_unavailable');
                }),
            recall,
            payloads,
            fields,
            within,
            visible,
            time: (stage, work) => timeStage(c, stage, work),
          },
          call,
        ).catch(unavailable);
      };
      const found = await admission.run(signal, search, { waitMs: budgets.wait }).catch((thrown: unknown) => {
        if (signal.aborted) throw new AppError('cancelled', 'the caller has left', { cause: thrown });
        throw thrown;
      });
      const shown = async ({ id, score, image }: NearImage) => ({
        id,
        ...shownImage(await access.show(image, found.fields), imageWidths),
        score,
      });
      const body: NearImages = {
        generation: found.generation,
        stage: 'recall',
        ...(found.filtered && { filtered: found.filtered }),
        total: found.total,
        limit,
        images: await Promise.all(
          found.images.map(async ({ alike, ...near }) => ({
            ...(await shown(near)),
            ...(alike && {
              alike: { count: alike.count, images: await Promise.all(alike.images.map(shown)) },
            }),
          })),
        ),
      };
      c.header('Cache-Control', 'no-store');
      return c.json(body, 200);
    },
    (result, c) => {
      if (!result.success) throw parameterError(result.error, (name) => c.req.queries(name)?.length ?? 0);
    },
  );
}

/** The file that is sent. @throws AppError `request_too_large`, `request_invalid` if it does not arrive whole and in time. */
function arrived(request: Request, mostBytes: number, timeoutMs: number): Promise<Uint8Array<ArrayBuffer>> {
  const late = () =>
    new AppError('request_invalid', `The image did not arrive within ${timeoutMs / 1000} seconds.`, {
      hint: 'Send it smaller.',
    });
  const deadline = {
    timeoutMs,
    caller: request.signal,
    timeout: late,
    cancelled: () => new AppError('cancelled', 'the caller has left'),
  };
  const hint = `Send at most ${mostBytes / 2 ** 20} MiB: a side of 1000 pixels is enough.`;
  return withDeadline(deadline, () => readLimited(request, mostBytes, hint));
}

function noImages(): AppError {
  return new AppError('image_encoder_missing', 'This service takes no images to search with.', {
    hint: 'Search with a sentence, or with an image of the index: GET /v1/images?like=ID.',
  });
}

function parameterError(error: z.core.$ZodError, timesGiven: (name: string) => number): AppError {
  const [issue] = error.issues;
  if (issue?.code !== 'unrecognized_keys') return queryError(error, timesGiven);
  return new AppError('request_invalid', `${issue.keys.join(', ')}: unknown to a search with an image.`, {
    hint: `It has ${Object.keys(querySchema.shape).join(', ')}; the image is the body.`,
  });
}
