import { AppError } from '../errors/index.ts';
import type {
  DeclaredField,
  FieldType,
  FieldValue,
  FilterCondition,
  FilterTree,
  IndexFields,
} from '../schema/index.ts';
import { datePeriod, type Period } from './date-period.ts';
import type { ImageFilter } from './image-filter.ts';

/** Whose fields may be used: those that are public, or of these the ones that are named, or all. */
export type Visible = 'public' | 'all' | ReadonlySet<string>;

/**
 * A filter with the fields of an index: names are looked up, values become those of the fields' types. Values of a filter as text are
 * read as the type, those of JSON must have it. A group of one part is that part, so that there are no more groups than conditions.
 *
 * @throws AppError `request_invalid` with the place, for fields that are not declared (or not visible) and for values of another type.
 */
export function resolveFilter(
  tree: FilterTree,
  fields: IndexFields | undefined,
  visible: Visible,
): ImageFilter {
  return resolve(tree, 'filter');

  function resolve(part: FilterTree, path: string): ImageFilter {
    if ('and' in part) {
      const parts = part.and.map((one, place) => resolve(one, `${path}.and[${place}]`));
      return single(parts) ?? { and: parts };
    }
    if ('or' in part) {
      const parts = part.or.map((one, place) => resolve(one, `${path}.or[${place}]`));
      return single(parts) ?? { or: parts };
    }
    if ('not' in part) return { not: resolve(part.not, `${path}.not`) };
    const where = part.at === undefined ? path : `filter, character ${part.at}`;
    return resolveCondition(part, declaredField(part.field, fields, visible, where), where);
  }
}

function single<T>(parts: readonly T[]): T | undefined {
  return parts.length === 1 ? parts[0] : undefined;
}

/**
 * The declaration of a field that a caller names.
 *
 * @throws AppError `request_invalid`, with the names of those that there are.
 */
export function declaredField(
  name: string,
  fields: IndexFields | undefined,
  visible: Visible,
  where: string,
): DeclaredField {
  const own = fields !== undefined && Object.hasOwn(fields.fields, name) ? fields.fields[name] : undefined;
  if (own !== undefined && isVisible(name, own, visible)) return own;
  const names = Object.entries(fields?.fields ?? {}).flatMap(([field, declared]) =>
    isVisible(field, declared, visible) ? [field] : [],
  );
  throw new AppError('request_invalid', `${where}: there is no field "${name}".`, {
    hint:
      names.length === 0
        ? visible === 'all' || visible === 'public'
          ? 'This index declares no fields (index.schema.json), so it cannot be filtered.'
          : 'Your key may use no field of this index.'
        : `The fields of this index are ${names.join(', ')}.`,
  });
}

function isVisible(name: string, field: DeclaredField, visible: Visible): boolean {
  if (visible === 'all') return true;
  return field.public && (visible === 'public' || visible.has(name));
}

function resolveCondition(
  { field, test, at }: FilterCondition,
  { type }: DeclaredField,
  where: string,
): ImageFilter {
  if (test.is === 'exists') return { field, exists: true };
  const read = (value: FieldValue) => readValue(value, type, at !== undefined, `${where}: ${field}`);
  if (test.is === 'in' || test.is === 'eq') {
    const values = test.is === 'in' ? test.values : [test.value];
    const equal = values.map((value) => equals(field, type, read(value)));
    // Texts, integers and truth values are one look-up in a set.
    const any = equal.flatMap((one) => ('any' in one ? one.any : []));
    return single(equal) ?? (any.length === equal.length ? { field, any } : { or: equal });
  }
  if (type === 'keyword' || type === 'boolean') {
    throw new AppError('request_invalid', `${where}: ${field} is of type ${type}, which has no order.`, {
      hint: `Compare it with ${field}:VALUE.`,
    });
  }
  const value = read(test.value);
  if (typeof value === 'object') return { field, range: beside(test.is, value) };
  return { field, range: { [test.is]: value as number } };
}

/** A date is a period: what is after it begins at its end. */
function beside(is: 'gt' | 'gte' | 'lt' | 'lte', { from, to }: Period): { gte?: number; lt?: number } {
  if (is === 'gt') return { gte: to };
  if (is === 'gte') return { gte: from };
  return { lt: is === 'lt' ? from : to };
}

function equals(field: string, type: FieldType, value: FieldValue | Period): ImageFilter {
  if (typeof value === 'object') return { field, range: { gte: value.from, lt: value.to } };
  // Vector databases match integers only.
  if (type === 'number') return { field, range: { gte: value as number, lte: value as number } };
  return { field, any: [value] };
}

const EXPECTED: Readonly<Record<FieldType, string>> = {
  keyword: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  date: 'a date such as 2019, 2019-05, 2019-05-01 or 2019-05-01T10:20:30Z',
};

function readValue(value: FieldValue, type: FieldType, text: boolean, where: string): FieldValue | Period {
  const found = text ? valueOfText(String(value), type) : valueOfJson(value, type);
  if (found !== undefined) return found;
  throw new AppError('request_invalid', `${where}: ${JSON.stringify(value)} is not ${EXPECTED[type]}.`, {
    hint: `The field is of type ${type}.`,
  });
}

function valueOfText(text: string, type: FieldType): FieldValue | Period | undefined {
  if (type === 'keyword') return text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  if (type === 'date') return datePeriod(text);
  return valueOfJson(numberOfText(text), type);
}

/** The number that a text is; NaN if it is none. */
export function numberOfText(text: string): number {
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

function valueOfJson(value: FieldValue, type: FieldType): FieldValue | Period | undefined {
  switch (type) {
    case 'keyword':
      return typeof value === 'string' ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'date':
      return typeof value === 'string' ? datePeriod(value) : undefined;
    case 'integer':
      return Number.isSafeInteger(value) ? value : undefined;
    case 'number':
      return Number.isFinite(value) ? value : undefined;
  }
}
