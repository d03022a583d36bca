import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { endTime, setMetric, startTime } from 'hono/timing';
import { AppError } from '../../../shared/errors/index.ts';
import { repeatedMember } from '../../../shared/formats/json/json-losses.ts';
import { assertJsonBody, givenTwice } from '../../../shared/http/index.ts';
import {
  FILTER_LIMITS,
  type SearchResponse,
  searchQuerySchema,
  searchRequestSchema,
  searchResponseSchema,
} from '../../../shared/schema/index.ts';
import type { SearchAnswer } from '../../../shared/search/search-answer.ts';
import { search } from '../../../shared/search/search-engine.ts';
import type { SearchParts } from '../../../shared/search/search-request.ts';
import type { EdgeConfiguration } from '../environment.ts';
import { describeProblem } from '../http/describe-problem.ts';
import type { EdgeEnv } from '../http/edge-env.ts';
import { timeStage } from '../http/time-stage.ts';
import { replacedIndex } from '../paging/replaced-index.ts';
import type { EdgeQueryEncoder } from './edge-query-encoder.ts';
import { type AskedSearch, nextPage, readPage } from './read-page.ts';
import { bodyError, queryError } from './request-error.ts';
import { SearchAdmission } from './search-admission.ts';
import { describeDegradation, searchResponseJson } from './search-response.ts';

/** A search is a sentence and a few numbers. */
const BODY_BYTES = 16 * 1024;

const found = {
  description: 'The hits of the page',
  content: { 'application/json': { schema: searchResponseSchema.meta({ id: 'SearchResponse' }) } },
};

const failures = {
  429: describeProblem('Too many searches from this address'),
  503: describeProblem('The query cannot be encoded, or the index cannot be searched'),
  504: describeProblem('A part of the search did not respond in time'),
};

const querySchema = z.strictObject({
  q: searchQuerySchema.shape.q.meta({
    description: 'What to look for.',
    example: 'a brown rabbit follows an orange cat',
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

export interface SearchRouteParts extends Pick<SearchParts, 'recall' | 'ranker' | 'payloads' | 'fields'> {
  readonly encoder: Pick<EdgeQueryEncoder, 'encode'>;
  readonly cacheSeconds: number;
  readonly budgets: EdgeConfiguration['budgets'];
  /** Widths that `/images/…` is served in. */
  readonly imageWidths?: readonly number[] | undefined;
}

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
  };
  app.openapi(
    getRoute,
    async (c) => {
      return answerSearch(c, c.req.valid('query'), parts, `public, max-age=${parts.cacheSeconds}`);
    },
    (result, c) => {
      if (!result.success) throw queryError(result.error, (name) => c.req.queries(name)?.length ?? 0);
    },
  );
  app.post(
    '/v1/search',
    saysJson,
    // It reads a body of unknown length; what it calls next reports its own errors.
    (c, next) => limitedBody(c, next).catch(unreadable),
    readableBody,
  );
  app.openapi(
    postRoute,
    (c) => answerSearch(c, c.req.valid('json'), parts, 'no-store'),
    (result) => {
      if (!result.success) throw bodyError(result.error);
    },
  );
}

/** Refuses a body that is not declared as JSON. */
const saysJson: MiddlewareHandler<EdgeEnv> = (c, next) => {
  assertJsonBody(c.req.raw.headers, true);
  return next();
};

const limitedBody = bodyLimit({
  maxSize: BODY_BYTES,
  onError: () => {
    throw new AppError('request_too_large', `A search has at most ${BODY_BYTES} bytes.`);
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

interface AnswerParts extends SearchRouteParts {
  /** Large work that waits does not keep small work waiting. */
  readonly admission: { readonly shortlist: SearchAdmission; readonly exhaustive: SearchAdmission };
}

/** Where a generation that a cursor names is gone: from the reranker, or its collection from the vector database. */
const GONE: ReadonlySet<string> = new Set(['generation_stale', 'not_found']);

async function answerSearch(
  c: Context<EdgeEnv>,
  asked: AskedSearch,
  parts: AnswerParts,
  /** Caching of a complete answer; one that lacks something is never cached. */
  cacheControl: string,
): Promise<JsonAnswer> {
  const { encoder, recall, ranker, payloads, fields, imageWidths } = parts;
  const { request, list } = await readPage(asked);
  const call = { signal: c.req.raw.signal, requestId: c.get('requestId') };
  const waitUntil = (work: Promise<unknown>): void => c.executionCtx.waitUntil(work);
  const admission = parts.admission[request.exhaustive ? 'exhaustive' : 'shortlist'];
  startTime(c, 'wait');
  const begin = (): Promise<SearchAnswer> => {
    endTime(c, 'wait');
    return search(
      request,
      {
        encoder: { encode: (query, fresh) => encoder.encode(query, fresh, { ...call, waitUntil }) },
        recall,
        ranker,
        payloads,
        fields,
        visible: 'public',
        degrade: true,
        time: (stage, work) => timeStage(c, stage, work),
      },
      call,
    );
  };
  const answer = await admission.run(call.signal, begin).catch((thrown: unknown) => {
    if (call.signal.aborted) throw new AppError('cancelled', 'the caller has left', { cause: thrown });
    if (!(thrown instanceof AppError)) throw thrown;
    if (thrown.code === 'overloaded') c.header('Retry-After', String(admission.retryAfter));
    if (request.generation !== undefined && GONE.has(thrown.code)) {
      throw replacedIndex(request.generation, thrown);
    }
    if (thrown.code !== 'not_found') throw thrown;
    // The collection or its points are gone, even at the second attempt: not an error of the caller.
    throw new AppError('recall_unavailable', thrown.message, { hint: thrown.hint, cause: thrown });
  });
  for (const [part, milliseconds] of Object.entries(answer.compared?.took ?? {})) {
    setMetric(c, part, milliseconds);
  }
  c.header('Content-Type', 'application/json');
  c.header('X-Search-Stage', answer.stage);
  c.header('Cache-Control', answer.degraded ? 'no-store' : cacheControl);
  if (answer.degraded) {
    const { code, message } = describeDegradation(answer.degraded);
    c.header('X-Search-Degraded', code);
    setMetric(c, 'degraded', code);
    c.get('log')({ level: 'warn', requestId: c.get('requestId'), code, message });
  }
  return c.body(
    searchResponseJson(request, answer, { widths: imageWidths, next: nextPage(request, answer, list) }),
    200,
  ) as Response as JsonAnswer;
}
