import { z } from 'zod';
import { beyond, LIMITS } from './limits.ts';

/**
 * A schema for bodies with filters that first counts what they hold. Counting takes little time and no stack, however
 * large or deep they are; parsing, which comes after it, takes both.
 */
export function withinLimits<S extends z.ZodType>(schema: S) {
  return z
    .unknown()
    .superRefine((body, context) => {
      const excess = excessOf(body);
      if (excess !== undefined) context.addIssue(beyond(excess));
    })
    .pipe(schema);
}

type Kind = 'request' | 'filter' | 'condition';

interface Part {
  readonly kind: Kind;
  readonly value: object;
  readonly depth: number;
}

const MESSAGES = {
  conditions: `more than ${LIMITS.conditions} conditions in the filters of a request`,
  values: `more than ${LIMITS.values} ids and values in a request`,
  queries: `more than ${LIMITS.queries} queries and prefetches in a request`,
} as const;

/** What is beyond a limit, in words; undefined if nothing is. The form of the body is not checked. */
function excessOf(body: unknown): string | undefined {
  const sums = { conditions: 0, values: 0, queries: 0 };
  const parts: Part[] = [];
  const add = (kind: Kind, values: readonly unknown[], depth: number): void => {
    if (kind === 'condition') sums.conditions += values.length;
    if (kind === 'request') sums.queries += values.length;
    // A long list is refused without looking at its parts.
    if (sums.conditions > LIMITS.conditions || sums.queries > LIMITS.queries) return;
    for (const value of values) if (isObject(value)) parts.push({ kind, value, depth });
  };
  add('request', [body], 0);
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const { kind, value, depth } = part;
    if (depth > LIMITS.depth) return `filters or prefetches nested deeper than ${LIMITS.depth} levels`;
    if (kind === 'request') {
      sums.values += listed(value, 'points').length;
      for (const key of ['searches', 'prefetch']) add('request', listed(value, key), depth + 1);
      add('filter', listed(value, 'filter'), depth + 1);
    } else {
      for (const key of ['must', 'should', 'must_not']) add('condition', listed(value, key), depth + 1);
      for (const minShould of listed(value, 'min_should'))
        add('condition', listed(minShould, 'conditions'), depth + 1);
      for (const nested of listed(value, 'nested')) add('filter', listed(nested, 'filter'), depth + 1);
      sums.values += listed(value, 'has_id').length;
      for (const match of listed(value, 'match'))
        sums.values += listed(match, 'any').length + listed(match, 'except').length;
    }
    const over = (['conditions', 'values', 'queries'] as const).find((name) => sums[name] > LIMITS[name]);
    if (over !== undefined) return MESSAGES[over];
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The values of a key: the API takes one or a list. */
function listed(holder: unknown, key: string): readonly unknown[] {
  if (!isObject(holder) || !Object.hasOwn(holder, key)) return [];
  const value: unknown = (holder as Record<string, unknown>)[key];
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
