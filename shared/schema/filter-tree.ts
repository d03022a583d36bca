import { z } from 'zod';
import type { FieldValue } from './index-fields.ts';

/** Limits of a filter. */
export const FILTER_LIMITS = {
  /** Characters of a filter as text. */
  characters: 1000,
  /** Groups within each other. */
  depth: 8,
  /** Values that are compared with, those in lists included. */
  values: 256,
  /** Fields whose values are counted. */
  facets: 8,
} as const;

const COMPARISONS = ['eq', 'in', 'gt', 'gte', 'lt', 'lte', 'exists'] as const;

/** A condition on one field. Values are compared as the type of the field. */
export interface FilterCondition {
  readonly field: string;
  readonly test:
    | { readonly is: 'eq' | 'gt' | 'gte' | 'lt' | 'lte'; readonly value: FieldValue }
    | { readonly is: 'in'; readonly values: readonly FieldValue[] }
    | { readonly is: 'exists' };
  /** Where it stands: for a filter as text the character, counted from 1; its values are texts then. */
  readonly at?: number | undefined;
}

/** A filter before its fields are known. */
export type FilterTree =
  | FilterCondition
  | { readonly and: readonly FilterTree[] }
  | { readonly or: readonly FilterTree[] }
  | { readonly not: FilterTree };

/** Half of a character is in no data, and databases refuse it. */
const HALF = 'has half of a character';
const value = z
  .union([z.string().max(FILTER_LIMITS.characters), z.number(), z.boolean()], {
    error: 'is a text, a number, true or false',
  })
  .refine((given) => typeof given !== 'string' || given.isWellFormed(), HALF);
const conditionSchema = z
  .strictObject({
    field: z.string().min(1),
    eq: value.optional(),
    gt: value.optional(),
    gte: value.optional(),
    lt: value.optional(),
    lte: value.optional(),
    in: z.array(value).min(1).max(FILTER_LIMITS.values).optional(),
    exists: z.literal(true).optional(),
  })
  .transform(({ field, ...tests }, context): FilterCondition => {
    const given = COMPARISONS.filter((is) => tests[is] !== undefined);
    const [is] = given;
    if (is === undefined || given.length > 1) {
      context.addIssue({
        code: 'custom',
        message: `a condition has one of ${COMPARISONS.join(', ')}, this one has ${given.join(', ') || 'none'}`,
      });
      return z.NEVER;
    }
    if (is === 'exists') return { field, test: { is } };
    if (is === 'in') return { field, test: { is, values: tests.in ?? [] } };
    return { field, test: { is, value: tests[is] as FieldValue } };
  });

const group = z.array(z.unknown()).min(1).max(FILTER_LIMITS.values);
const groups = {
  and: z.strictObject({ and: group }),
  or: z.strictObject({ or: group }),
  not: z.strictObject({ not: z.unknown() }),
};

type Path = (string | number)[];

/** Reads a tree level by level, so that an issue names its place, and a deep one ends early. */
class TreeReader {
  #values = 0;
  readonly #context: z.core.$RefinementCtx;

  constructor(context: z.core.$RefinementCtx) {
    this.#context = context;
  }

  read(tree: unknown, path: Path, depth: number): FilterTree {
    if (depth > FILTER_LIMITS.depth) return this.#refuse(path, `more than ${FILTER_LIMITS.depth} levels`);
    const members = typeof tree === 'object' && tree !== null && !Array.isArray(tree) ? tree : undefined;
    if (members === undefined) return this.#refuse(path, 'a filter is an object with field, and, or or not');
    if ('and' in members || 'or' in members) {
      const kind = 'and' in members ? 'and' : 'or';
      const parsed = this.#parse<Record<string, unknown[]>>(groups[kind], members, path);
      const inner = (parsed?.[kind] ?? []).map((one, place) =>
        this.read(one, [...path, kind, place], depth + 1),
      );
      return kind === 'and' ? { and: inner } : { or: inner };
    }
    if ('not' in members) {
      const parsed = this.#parse<{ not: unknown }>(groups.not, members, path);
      return parsed === undefined ? z.NEVER : { not: this.read(parsed.not, [...path, 'not'], depth + 1) };
    }
    const condition = this.#parse<FilterCondition>(conditionSchema, members, path);
    if (condition === undefined) return z.NEVER;
    this.#values += condition.test.is === 'in' ? condition.test.values.length : 1;
    return this.#values > FILTER_LIMITS.values
      ? this.#refuse(path, `more than ${FILTER_LIMITS.values} values`)
      : condition;
  }

  #parse<T>(schema: z.ZodType, tree: unknown, path: Path): T | undefined {
    const parsed = schema.safeParse(tree);
    if (parsed.success) return parsed.data as T;
    for (const issue of parsed.error.issues) {
      this.#refuse([...path, ...(issue.path as Path)], issue.message);
    }
    return undefined;
  }

  #refuse(path: Path, message: string): never {
    this.#context.addIssue({ code: 'custom', path, message });
    return z.NEVER;
  }
}

/** A filter as JSON: conditions `{"field": "year", "gte": 2019}`, in `and`, `or` and `not`; or as text, which is parsed later. */
export const filterSchema = z
  .unknown()
  .transform((filter, context): FilterTree | string => {
    if (typeof filter !== 'string') return new TreeReader(context).read(filter, [], 1);
    // Characters as zod counts them in an address: 🐕 is one.
    const isLong = Array.from(filter).length > FILTER_LIMITS.characters;
    if (!isLong && filter.isWellFormed()) return filter;
    const message = isLong ? `it has more than ${FILTER_LIMITS.characters} characters` : `it ${HALF}`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .meta({
    type: ['string', 'object'],
    description:
      'Which images are searched: the text of a filter, or a condition on a declared field with one of `eq`, `in`, `gt`, `gte`, `lt`, `lte`, `exists`, or a group of `and`, `or`, `not`.',
    example: {
      and: [
        { field: 'year', gte: 2019 },
        {
          or: [
            { field: 'place', eq: 'Rome' },
            { field: 'tag', in: ['beach', 'sea'] },
          ],
        },
        { not: { field: 'draft', eq: true } },
      ],
    },
  });

/** What a filter looks like as JSON, for programs that send one. */
export type FilterJson =
  | { readonly and: readonly FilterJson[] }
  | { readonly or: readonly FilterJson[] }
  | { readonly not: FilterJson }
  | ({ readonly field: string } & (
      | { readonly [is in 'eq' | 'gt' | 'gte' | 'lt' | 'lte']?: FieldValue }
      | { readonly in: readonly FieldValue[] }
      | { readonly exists: true }
    ));
