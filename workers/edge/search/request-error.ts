import type { z } from '@hono/zod-openapi';
import { AppError } from '../../../shared/errors/index.ts';
import { givenTwice } from '../../../shared/http/index.ts';
import {
  FILTER_LIMITS,
  SEARCH_LIMITS,
  searchQuerySchema,
  searchRequestSchema,
} from '../../../shared/schema/index.ts';

/** What an address may repeat. */
const REPEATED: ReadonlySet<string> = new Set(['q', 'not']);

/** Describes what is wrong with the first wrong parameter of an address. */
export function queryError(error: z.core.$ZodError, timesGiven: (name: string) => number): AppError {
  const [issue] = error.issues;
  if (issue?.code === 'unrecognized_keys') return unknownNames(issue.keys, searchQuerySchema);
  const name = String(issue?.path[0] ?? 'q');
  if (timesGiven(name) > 1 && !REPEATED.has(name)) return givenTwice(name);
  return issueError(name, issue, 'Send a sentence as q=…');
}

/** Describes what is wrong with the first wrong field of a body. */
export function bodyError(error: z.core.$ZodError): AppError {
  const [issue] = error.issues;
  if (issue?.code === 'unrecognized_keys') return unknownNames(issue.keys, searchRequestSchema);
  const name = issue?.path[0];
  if (name === undefined) {
    return new AppError('request_invalid', 'The body is not a JSON object.', {
      hint: 'Send {"q": "…"} as application/json.',
    });
  }
  return issueError(String(name), issue, 'Send a sentence as {"q": "…"}');
}

function unknownNames(names: readonly string[], { shape }: Pick<z.ZodObject, 'shape'>): AppError {
  return new AppError('request_invalid', `${names.join(', ')}: unknown to this search.`, {
    hint: `A search has ${Object.keys(shape).join(', ')}.`,
  });
}

function issueError(name: string, issue: z.core.$ZodIssue | undefined, sentence: string): AppError {
  if (name === 'queries' || name === 'not' || (name === 'q' && isLong(issue))) return listError(name, issue);
  if (name === 'weights' || name === 'generation') {
    return new AppError('request_invalid', `${name}: ${issue?.message ?? 'invalid'}.`, {
      hint:
        name === 'weights' ? 'For example q=…&q=…&weights=2,1.' : 'Send `generation` of an answer as it is.',
    });
  }
  if (name === 'q') {
    const missing = issue?.message.endsWith('received undefined') === true;
    if (issue?.code === 'invalid_type' && !missing) {
      return new AppError('request_invalid', `q: ${issue.message}`, { hint: sentence });
    }
    if (issue?.code === 'custom') {
      return new AppError('request_invalid', `q: ${issue.message}`, { hint: 'Send whole characters.' });
    }
    return issue?.code === 'too_big'
      ? new AppError('query_too_long', `A query has at most ${SEARCH_LIMITS.queryCharacters} characters.`, {
          hint: 'Say it in one sentence.',
        })
      : new AppError('query_empty', 'The query is empty.', { hint: sentence });
  }
  if (name === 'filter') return filterError(issue);
  if (name === 'facets') {
    return new AppError('request_invalid', `facets: ${issue?.message ?? 'invalid'}`, {
      hint: `Name at most ${FILTER_LIMITS.facets} fields, each once.`,
    });
  }
  if (name === 'channels') {
    return new AppError('request_invalid', `channels: ${issue?.message ?? 'invalid'}`, {
      hint: 'Channels are pixels and captions.',
    });
  }
  if (name === 'exhaustive' || name === 'understand' || name === 'collapse') {
    return new AppError('request_invalid', `${name}: ${issue?.message ?? 'invalid'}`, {
      hint: `${name} is true or false.`,
    });
  }
  if (name === 'after') {
    return new AppError('request_invalid', `after: ${issue?.message ?? 'invalid'}`, {
      hint: 'Send `next` of the page before as it is.',
    });
  }
  const most = name === 'limit' ? SEARCH_LIMITS.limit : SEARCH_LIMITS.offset;
  return new AppError('request_invalid', `${name}: ${issue?.message ?? 'invalid'}`, {
    hint: `${name} is a whole number from ${name === 'limit' ? 1 : 0} to ${most}.`,
  });
}

/** Whether a list, and not a text in it, is too long. */
function isLong(issue: z.core.$ZodIssue | undefined): boolean {
  return issue?.code === 'too_big' && issue.origin === 'array';
}

function listError(name: string, issue: z.core.$ZodIssue | undefined): AppError {
  const { sentences, not, weight, queryCharacters } = SEARCH_LIMITS;
  const hint =
    name === 'not'
      ? `Deny at most ${not} phrases of up to ${queryCharacters} characters, or images as id:123.`
      : `Send at most ${sentences} sentences of up to ${queryCharacters} characters, with weights of more than 0 and at most ${weight}. What images should not show is not=….`;
  return new AppError('request_invalid', `${placeOf(issue, name)}: ${issue?.message ?? 'invalid'}.`, {
    hint,
  });
}

function filterError(issue: z.core.$ZodIssue | undefined): AppError {
  return new AppError('request_invalid', `${placeOf(issue, 'filter')}: ${issue?.message ?? 'invalid'}.`, {
    hint: 'A filter is {"field": "year", "gte": 2019}, or {"and": […]}, {"or": […]} or {"not": …} of filters.',
  });
}

/** Names the place in a body: `filter.and[1].gte`. */
function placeOf(issue: z.core.$ZodIssue | undefined, name: string): string {
  return (issue?.path ?? [name])
    .map((step, depth) =>
      typeof step === 'number' ? `[${step}]` : depth === 0 ? String(step) : `.${String(step)}`,
    )
    .join('');
}
