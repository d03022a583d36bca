import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AppError } from '../../../shared/errors/index.ts';
import { repeatedMember } from '../../../shared/formats/json/json-losses.ts';
import { assertJsonBody, givenTwice } from '../../../shared/http/index.ts';
import {
  FILTER_LIMITS,
  SEARCH_LIMITS,
  type SearchResponse,
  searchQuerySchema,
  searchRequestSchema,
  searchResponseSchema,
  WEIGHTS,
} from '../../../shared/schema/index.ts';
import { SharedWork } from '../cache/shared-work.ts';
import { describeProblem } from '../http/describe-problem.ts';
import type { EdgeEnv } from '../http/edge-env.ts';
import { UNCHANGED } from '../http/entity-tag.ts';
import { answerSearch } from './answer-search.ts';
import { askedByAddress, askedByBody } from './asked-search.ts';
import type { AnswerParts, SearchRouteParts } from './obtain-answer.ts';
import { bodyError, queryError } from './request-error.ts';
import { SearchAdmission } from './search-admission.ts';

/** A search is a sentence and a few numbers. */
const BODY_BYTES = 16 * 1024;

const events = (form: string) => ({
  schema: z.string().meta({
    description: `The answer in two parts, for a caller whose \`Accept\` prefers it: recall's order as soon as it is there, then the ranked one, as ${form}. Each is a \`SearchResponse\`.`,
  }),
});

const found = {
  description: 'The hits of the page',
  content: {
    'application/json': { schema: searchResponseSchema.meta({ id: 'SearchResponse' }) },
    'text/event-stream': events(
      'the events `recall` (left out if ranking is as fast), `ranked` and `done`, or `problem`',
    ),
    'application/x-ndjson': events(
      'lines `{"event": "recall", "answer": …}`, `ranked`, `done`, or `problem`',
    ),
  },
};

const failures = {
  401: describeProblem('The service has keys, and this request has none that is valid'),
  403: describeProblem('The page may not search, or not with this key'),
  429: describeProblem('Too many searches from this address'),
  503: describeProblem('The query cannot be encoded, or the index cannot be searched'),
  504: describeProblem('A part of the search did not respond in time'),
};

/** A sentence or phrase as the description has it. The schemas read lists from text, which descriptions cannot be made of. */
const sentenceItems = { type: 'string', minLength: 1, maxLength: SEARCH_LIMITS.queryCharacters } as const;

const querySchema = z.strictObject({
  q: searchQuerySchema.shape.q.meta({
    type: 'array',
    items: sentenceItems,
    minItems: 1,
    maxItems: SEARCH_LIMITS.sentences,
    description: `What to look for. Repeated, at most ${SEARCH_LIMITS.sentences} times: images that fit all of the sentences come first.`,
    example: ['a brown rabbit follows an orange cat'],
  }),
  weights: searchQuerySchema.shape.weights.meta({
    type: 'string',
    pattern: WEIGHTS.source,
    description:
      'How much each of several sentences counts, in their order, separated by commas; by default all the same.',
    example: '2,1',
  }),
  not: searchQuerySchema.shape.not.meta({
    type: 'array',
    items: sentenceItems,
    minItems: 1,
    maxItems: SEARCH_LIMITS.not,
    description: `What images should not show, as a phrase, or not look like, as \`id:123\`: such images are ranked lower. May be repeated, at most ${SEARCH_LIMITS.not} times.`,
    example: ['a leash'],
  }),
  generation: searchQuerySchema.shape.generation.meta({
    description:
      'The version of the index, the active one by default. An `id` in `not` means another image in another version: send `generation` of the answer that it comes from. When it is no longer served, the search is a problem.',
  }),
  limit: searchQuerySchema.shape.limit.meta({ description: 'Hits on a page.' }),
  offset: searchQuerySchema.shape.offset.meta({
    description:
      "Hits to skip. Hits behind the shortlist follow in recall's order, which their `stage` shows.",
  }),
  exhaustive: searchQuerySchema.shape.exhaustive.meta({
    description: 'Compare every image instead of a shortlist; for small indexes.',
  }),
  understand: searchQuerySchema.shape.understand.meta({
    description:
      'Read the query as it was meant: other forms, numerals and spellings of words that the model does not know, and phrases that it denies. `false` searches for the words as they are written.',
  }),
  collapse: searchQuerySchema.shape.collapse.meta({
    description:
      'Show images that look alike as one: the best of each group is a hit, with the others in `alike`. `false` makes each a hit of its own.',
  }),
  filter: searchQuerySchema.shape.filter.meta({
    description: `Which images are searched, by the fields that the index declares: \`year>=2019 AND (place:"Rome" OR tag IN (beach, sea)) AND NOT draft:true\`. At most ${FILTER_LIMITS.characters} characters, ${FILTER_LIMITS.values} values and ${FILTER_LIMITS.depth} levels.`,
    example: 'year>=2019 AND place:"Rome"',
  }),
  facets: searchQuerySchema.shape.facets.meta({
    type: 'string',
    description: `Fields whose values are counted among the images that are compared, separated by commas; at most ${FILTER_LIMITS.facets}.`,
    example: 'year,place',
  }),
  channels: searchQuerySchema.shape.channels.meta({
    type: 'string',
    description:
      'What recall goes over: `pixels`, `captions` or both, separated by commas; by default all that the index has. `pixels` leaves captions out of everything.',
    example: 'pixels',
  }),
  after: searchQuerySchema.shape.after.meta({
    description:
      '`next` of the page before, with the same other parameters: the page that follows it in the same version of the index, even if that was replaced meanwhile. Instead of `offset`.',
  }),
});

const getRoute = createRoute({
  method: 'get',
  path: '/v1/search',
  summary: 'Search images by a sentence',
  description:
    'The best matching images come first. If the reranker is not available, the images are in the order of their coarse scores, and `degraded` says why.',
  request: { query: querySchema },
  responses: {
    200: found,
    ...UNCHANGED,
    400: describeProblem(
      'The query is empty, too long, a number is out of range, a name is unknown, or the filter does not fit the index',
    ),
    413: describeProblem('The index has too many images for an exhaustive search'),
    ...failures,
  },
});

const postRoute = createRoute({
  method: 'post',
  path: '/v1/search',
  summary: 'Search images by a sentence, exhaustively on request',
  description:
    'The same search as a JSON request: `{"q": "a brown rabbit follows an orange cat", "limit": 20, "offset": 0, "exhaustive": true}`. With `exhaustive` every image is compared in full instead of a shortlist, and the answer has `ranking: "exhaustive"`. This is for small indexes: for a larger index the request is refused with the limit. It fails if the reranker is not available.',
  request: {
    body: {
      required: true,
      content: { 'application/json': { schema: searchRequestSchema.meta({ id: 'SearchRequest' }) } },
    },
  },
  responses: {
    200: found,
    400: describeProblem(
      'The query is empty, too long, a number is out of range, a name is unknown, or the filter does not fit the index',
    ),
    413: describeProblem('The index has too many images for an exhaustive search, or the body is too large'),
    415: describeProblem('The body is not declared as JSON'),
    ...failures,
  },
});

/** A search that should take this share of the time limit of ranking is almost never late. */
const TARGET = 1 / 2;

/** `GET /v1/search`, and `POST` of the same, which can be exhaustive. */
export function addSearchRoute(app: OpenAPIHono<EdgeEnv>, dependencies: SearchRouteParts): void {
  const { rerank, exhaustive, wait } = dependencies.budgets;
  const parts: AnswerParts = {
    ...dependencies,
    admission: {
      shortlist: new SearchAdmission({ targetMs: TARGET * rerank, waitMs: wait }),
      exhaustive: new SearchAdmission({ targetMs: TARGET * exhaustive, waitMs: wait }),
    },
    underWay: new SharedWork(),
  };
  app.openapi(
    getRoute,
    async (c) => {
      return (await answerSearch(
        c,
        askedByAddress(c.req.valid('query')),
        parts,
        c.get('access').cacheControl(parts.cacheSeconds),
      )) as JsonAnswer;
    },
    (result, c) => {
      if (!result.success) throw queryError(result.error, (name) => c.req.queries(name)?.length ?? 0);
    },
  );
  app.post(
    '/v1/search',
    saysAllInBody,
    saysJson,
    // It reads a body of unknown length; what it calls next reports its own errors.
    (c, next) => limitedBody(c, next).catch(unreadable),
    readableBody,
  );
  app.openapi(
    postRoute,
    async (c) => (await answerSearch(c, askedByBody(c.req.valid('json')), parts, 'no-store')) as JsonAnswer,
    (result) => {
      if (!result.success) throw bodyError(result.error);
    },
  );
}

/** Refuses parameters in the address, which would have no effect. */
const saysAllInBody: MiddlewareHandler<EdgeEnv> = (c, next) => {
  const [name] = new URL(c.req.url).searchParams.keys();
  if (name === undefined) return next();
  throw new AppError('request_invalid', `${name}: a search by POST has no parameters in its address.`, {
    hint: 'Send them as members of the body.',
  });
};

/** Refuses a body that is not declared as JSON. */
const saysJson: MiddlewareHandler<EdgeEnv> = (c, next) => {
  assertJsonBody(c.req.raw.headers, true);
  return next();
};

const limitedBody = bodyLimit({
  maxSize: BODY_BYTES,
  onError: () => {
    throw new AppError('request_too_large', `A search has at most ${BODY_BYTES} bytes.`, {
      hint: 'Shorten the sentences or the filter.',
    });
  },
});

function unreadable(cause: unknown): never {
  if (cause instanceof AppError) throw cause;
  throw new AppError('request_invalid', 'The body did not arrive whole.', { hint: 'Send it again.', cause });
}

/**
 * Refuses a body that does not arrive whole, is no UTF-8 or no JSON, or has a member twice: half of what was asked for
 * would be searched.
 */
const readableBody: MiddlewareHandler<EdgeEnv> = async (c, next) => {
  const bytes = await c.req.arrayBuffer().catch(unreadable);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('request_invalid', 'The body is not UTF-8.', { hint: 'Send JSON in UTF-8.', cause });
  }
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new AppError('request_invalid', 'The body is not JSON.', { hint: 'Send {"q": "…"}.', cause });
  }
  const repeated = repeatedMember(text);
  if (repeated !== undefined) throw givenTwice(repeated);
  return next();
};

/** What `c.json` would give: the text is made by hand, and the tests hold it to the schema. */
type JsonAnswer = ReturnType<typeof jsonAnswer>;
const jsonAnswer = (c: Context<EdgeEnv>, answer: SearchResponse) => c.json(answer, 200);
