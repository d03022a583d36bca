import { z } from 'zod';
import type { PayloadPath } from '../payload/payload-path.ts';
import { oneOrMany } from './common.ts';
import { passOn } from './limits.ts';
import { pathSchema } from './path.ts';
import { type PointId, pointIdSchema } from './point-id.ts';

export type Scalar = string | number | boolean;
type Bounds = { readonly [bound in 'lt' | 'gt' | 'gte' | 'lte']?: number | undefined };

export interface Filter {
  readonly must: readonly Condition[];
  readonly should: readonly Condition[];
  readonly mustNot: readonly Condition[];
  readonly minShould: { readonly conditions: readonly Condition[]; readonly count: number } | undefined;
}

export type FieldTest =
  | { readonly kind: 'any'; readonly values: ReadonlySet<Scalar> }
  | { readonly kind: 'except'; readonly values: ReadonlySet<Scalar> }
  | { readonly kind: 'range'; readonly bounds: Bounds }
  | { readonly kind: 'datetime'; readonly bounds: Bounds }
  | { readonly kind: 'count'; readonly bounds: Bounds }
  | { readonly kind: 'empty'; readonly expected: boolean }
  | { readonly kind: 'null'; readonly expected: boolean };

export type Condition =
  | { readonly kind: 'field'; readonly path: PayloadPath; readonly tests: readonly FieldTest[] }
  | { readonly kind: 'ids'; readonly ids: ReadonlySet<PointId> }
  | { readonly kind: 'vector'; readonly name: string }
  | { readonly kind: 'nested'; readonly path: PayloadPath; readonly filter: Filter }
  | { readonly kind: 'filter'; readonly filter: Filter };

const scalar = z.union([z.string(), z.int(), z.boolean()]);
const list = z.union([z.array(z.string()), z.array(z.int())]);

/** Chooses a schema by the keys of an object, and names unknown keys. A schema is made at its first use, because filters hold filters. */
function byKey<T>(what: string, table: Readonly<Record<string, () => z.ZodType<T>>>) {
  const made = new Map<string, z.ZodType<T>>();
  return z.unknown().transform((value, context): T => {
    const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
    const known = keys.find((key) => Object.hasOwn(table, key));
    const schema = known === undefined ? undefined : (made.get(known) ?? table[known]?.());
    if (known === undefined || schema === undefined) {
      context.addIssue({
        code: 'custom',
        message: `unsupported ${what}: ${keys.join(', ') || 'empty'}; known are ${Object.keys(table).join(', ')}`,
      });
      return z.NEVER;
    }
    made.set(known, schema);
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    passOn(context, parsed.error);
    return z.NEVER;
  });
}

const matchSchema = byKey<FieldTest>('match', {
  value: () =>
    z.strictObject({ value: scalar }).transform(({ value }) => ({ kind: 'any', values: new Set([value]) })),
  any: () =>
    z.strictObject({ any: list }).transform(({ any }) => ({ kind: 'any', values: new Set<Scalar>(any) })),
  except: () =>
    z
      .strictObject({ except: list })
      .transform(({ except }) => ({ kind: 'except', values: new Set<Scalar>(except) })),
});

function boundsOf<S extends z.ZodType<number>>(bound: S) {
  const one = bound.nullish().transform((value) => value ?? undefined);
  return z.strictObject({ lt: one, gt: one, gte: one, lte: one });
}

const instant = z.string().transform((text, context) => {
  const time = parseInstant(text);
  if (Number.isNaN(time))
    context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not a date and time` });
  return time;
});
const numberRange = boundsOf(z.number());
const instantRange = boundsOf(instant as unknown as z.ZodType<number>);
const rangeSchema = z.unknown().transform((value, context): FieldTest => {
  const texts =
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).some((bound) => typeof bound === 'string');
  const parsed = (texts ? instantRange : numberRange).safeParse(value);
  if (parsed.success) return { kind: texts ? 'datetime' : 'range', bounds: parsed.data };
  passOn(context, parsed.error);
  return z.NEVER;
});

/** Milliseconds since 1970 of an RFC 3339 date or date and time (UTC if it names no zone); NaN if it is neither. */
export function parseInstant(text: string): number {
  if (!/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i.test(text))
    return Number.NaN;
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/i.test(text.slice(10)) || text.length === 10;
  return Date.parse(`${text.replace(' ', 'T')}${zoned ? '' : 'Z'}`);
}

const fieldSchema = z
  .strictObject({
    key: pathSchema,
    match: matchSchema.nullish(),
    range: rangeSchema.nullish(),
    values_count: boundsOf(z.int().nonnegative()).nullish(),
    is_empty: z.boolean().nullish(),
    is_null: z.boolean().nullish(),
  })
  .transform((field, context): Condition => {
    const tests: FieldTest[] = [];
    if (field.match) tests.push(field.match);
    if (field.range) tests.push(field.range);
    if (field.values_count) tests.push({ kind: 'count', bounds: field.values_count });
    if (typeof field.is_empty === 'boolean') tests.push({ kind: 'empty', expected: field.is_empty });
    if (typeof field.is_null === 'boolean') tests.push({ kind: 'null', expected: field.is_null });
    if (tests.length === 0)
      context.addIssue({ code: 'custom', message: `the condition on ${field.key.text} has no operator` });
    return { kind: 'field', path: field.key, tests };
  });

const keyed = z.strictObject({ key: pathSchema });
const group = (): z.ZodType<Condition> => filterSchema.transform((filter) => ({ kind: 'filter', filter }));
const conditionSchema = byKey<Condition>('condition', {
  key: () => fieldSchema,
  has_id: () =>
    z
      .strictObject({ has_id: z.array(pointIdSchema) })
      .transform(({ has_id }) => ({ kind: 'ids', ids: new Set(has_id) })),
  has_vector: () =>
    z
      .strictObject({ has_vector: z.string() })
      .transform(({ has_vector }) => ({ kind: 'vector', name: has_vector })),
  is_empty: () =>
    z.strictObject({ is_empty: keyed }).transform(({ is_empty }) => ({
      kind: 'field',
      path: is_empty.key,
      tests: [{ kind: 'empty', expected: true }],
    })),
  is_null: () =>
    z.strictObject({ is_null: keyed }).transform(({ is_null }) => ({
      kind: 'field',
      path: is_null.key,
      tests: [{ kind: 'null', expected: true }],
    })),
  nested: () =>
    z
      .strictObject({ nested: z.strictObject({ key: pathSchema, filter: filterSchema }) })
      .transform(({ nested }) => ({ kind: 'nested', path: nested.key, filter: nested.filter })),
  must: group,
  should: group,
  must_not: group,
  min_should: group,
});

const conditions = oneOrMany(conditionSchema);

/** Qdrant's filter language without full text, geo and slices; anything unknown is refused by name. */
export const filterSchema: z.ZodType<Filter> = z
  .strictObject({
    must: conditions,
    should: conditions,
    must_not: conditions,
    min_should: z
      .strictObject({ conditions: z.array(conditionSchema), min_count: z.int().positive() })
      .nullish(),
  })
  .transform(({ must, should, must_not, min_should }) => ({
    must,
    should,
    mustNot: must_not,
    minShould: min_should ? { conditions: min_should.conditions, count: min_should.min_count } : undefined,
  }));

/** Whether a filter has a condition at all; without one it selects every point. */
export function isSelective({ must, should, mustNot, minShould }: Filter): boolean {
  const conditions = [must, should, mustNot, minShould?.conditions ?? []].flat();
  return conditions.some((condition) => condition.kind !== 'filter' || isSelective(condition.filter));
}
