import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { AppError } from '../../../shared/errors/index.ts';
import { narrowedFilter } from '../../../shared/filter/narrowed-filter.ts';
import { parseFilter } from '../../../shared/filter/parse-filter.ts';
import { printFilter } from '../../../shared/filter/print-filter.ts';
import { givenTwice } from '../../../shared/http/index.ts';
import {
  generationIdSchema,
  imageCaptionsSchema,
  imageIdSchema,
  searchQuerySchema,
} from '../../../shared/schema/index.ts';
import type { Fields } from '../../../shared/search/ports.ts';
import type { RerankClient } from '../../clients/index.ts';
import { unavailable } from '../browse/gone-collection.ts';
import { assertKnownImage } from '../browse/known-image.ts';
import type { EdgeConfiguration } from '../environment.ts';
import { describeProblem } from '../http/describe-problem.ts';
import type { EdgeEnv } from '../http/edge-env.ts';
import { UNCHANGED } from '../http/entity-tag.ts';
import { timeStage } from '../http/time-stage.ts';
import { replacedIndex } from '../paging/replaced-index.ts';
import { queryError } from '../search/request-error.ts';
import { serviceError } from '../search/service-error.ts';

const querySchema = z.strictObject({
  from: z.enum(['index']).default('index').meta({
    description: 'Where the captions are from: the whole index, those of other images, too.',
  }),
  filter: searchQuerySchema.shape.filter.meta({
    description: 'Captions of which images, as in a search. The image itself need not pass.',
    example: 'year>=2019 AND place:"Rome"',
  }),
  limit: searchQuerySchema.shape.limit.meta({ description: 'Captions.' }),
  generation: generationIdSchema.optional().meta({
    description:
      'The version of the index that the id is from: `generation` of that answer. By default the active one.',
  }),
});

const route = createRoute({
  method: 'get',
  path: '/v1/images/{id}/captions',
  summary: 'The captions that fit an image',
  description:
    'The captions of the index that fit an image best: those whose coarse vectors are nearest to its own, by the score of GSMN.',
  request: {
    params: z.object({ id: imageIdSchema.meta({ description: 'The `id` of an image.' }) }),
    query: querySchema,
  },
  responses: {
    200: {
      description: 'The captions, best first',
      content: { 'application/json': { schema: imageCaptionsSchema.meta({ id: 'ImageCaptions' }) } },
    },
    ...UNCHANGED,
    400: describeProblem(
      'The id is none, a number is out of range, a name is unknown, the filter does not fit the index, or the index was replaced',
    ),
    401: describeProblem('The service has keys, and this request has none that is valid'),
    403: describeProblem('The page may not search, or not with this key'),
    404: describeProblem('There is no such image, or the index has no captions that can be compared'),
    429: describeProblem('Too many requests from this address'),
    503: describeProblem('The captions cannot be compared'),
    504: describeProblem('A part of the service did not respond in time'),
  },
});

export interface CaptionsRouteParts {
  readonly rerank: Pick<RerankClient, 'generation' | 'captions'>;
  readonly fields: Fields;
  readonly budgets: EdgeConfiguration['budgets'];
  readonly cacheSeconds: number;
}

/** `GET /v1/images/ID/captions`: the captions of the index that fit an image. */
export function addCaptionsRoute(
  app: OpenAPIHono<EdgeEnv>,
  { rerank, fields, budgets, cacheSeconds }: CaptionsRouteParts,
): void {
  app.openapi(
    route,
    async (c) => {
      const { id } = c.req.valid('param');
      const { limit, filter: text, generation: named } = c.req.valid('query');
      const access = c.get('access');
      const { within, visible } = access;
      const tree = text === undefined ? undefined : parseFilter(text);
      const call = { signal: c.req.raw.signal, requestId: c.get('requestId') };
      const generation = await timeStage(c, 'generation', () =>
        rerank.generation(named, { ...call, timeoutMs: budgets.encode }),
      ).catch((thrown: unknown) => {
        const error = serviceError(thrown, 'encode_unavailable');
        throw error.code === 'generation_stale' && named !== undefined ? replacedIndex(named, error) : error;
      });
      const filter = narrowedFilter({ within, filter: tree, visible }, generation.fields);
      const seen = narrowedFilter({ within, visible }, generation.fields);
      await assertKnownImage(generation, id, seen, fields, call);
      if (!generation.captions) {
        throw new AppError('not_found', 'The index has no captions that can be compared with images.', {
          hint: 'Its operator can build it from data with captions, and with their parses for a model that compares parses.',
        });
      }
      const filtered = tree &&
        filter && {
          filter: printFilter(tree),
          images: await fields.count(generation, filter, call).catch(unavailable),
        };
      const answer = await timeStage(c, 'rank', () =>
        rerank.captions(
          { generation: generation.generation, image: id, limit, filter },
          { ...call, timeoutMs: budgets.rerank },
        ),
      ).catch((thrown: unknown) => {
        throw serviceError(thrown, 'rerank_unavailable');
      });
      c.header('Cache-Control', access.cacheControl(cacheSeconds));
      return c.json(
        {
          generation: answer.generation,
          image: id,
          ...(filtered && { filtered }),
          compared: answer.compared,
          captions: answer.captions.map(({ gsmn, coarse, ...caption }) => ({
            ...caption,
            scores: { gsmn, coarse },
          })),
        },
        200,
      );
    },
    (result, c) => {
      if (!result.success) throw captionsError(result.error, (name) => c.req.queries(name)?.length ?? 0);
    },
  );
}

const HINTS: Readonly<Record<string, string>> = {
  id: 'The address has the id of an image: /v1/images/12/captions.',
  from: 'from is index.',
  limit: 'limit is a whole number from 1 to 100.',
  generation: 'Send `generation` of an answer as it is.',
};

/** Describes what is wrong with the first wrong parameter. */
function captionsError(error: z.core.$ZodError, timesGiven: (name: string) => number): AppError {
  const [issue] = error.issues;
  if (issue?.code === 'unrecognized_keys') {
    return new AppError('request_invalid', `${issue.keys.join(', ')}: unknown to captions of an image.`, {
      hint: `They have ${Object.keys(querySchema.shape).join(', ')}.`,
    });
  }
  const name = String(issue?.path[0]);
  if (timesGiven(name) > 1) return givenTwice(name);
  if (name === 'filter') return queryError(error, timesGiven);
  return new AppError('request_invalid', `${name}: ${issue?.message ?? 'invalid'}.`, { hint: HINTS[name] });
}
