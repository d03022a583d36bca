import {
  type DeclaredField,
  FIELD_LIMITS,
  type FieldValue,
  type FieldValues,
  type IndexFields,
} from '../schema/index.ts';
import { datePeriod } from './date-period.ts';
import { numberOfText } from './resolve-filter.ts';

/** A value of the metadata that is not of its field's type. */
export interface FieldProblem {
  readonly field: string;
  /** What is wrong, and how to fix it. */
  readonly what: string;
  readonly hint: string;
}

/**
 * What an image has in the declared fields, as it is compared: dates as milliseconds since 1970 (of the beginning of a day, month or
 * year). Text that is written as the declared number, truth value or date is read as it, because CSV has nothing but text. Null and
 * what is missing is no value.
 */
export function fieldValues(
  metadata: Readonly<Record<string, unknown>>,
  { fields }: IndexFields,
): { readonly values: FieldValues; readonly problems: readonly FieldProblem[] } {
  const values: Record<string, FieldValue | FieldValue[]> = {};
  const problems: FieldProblem[] = [];
  for (const [name, field] of Object.entries(fields)) {
    const member = field.from ?? name;
    const given = Object.hasOwn(metadata, member) ? metadata[member] : undefined;
    if (given === undefined || given === null) continue;
    const found = readGiven(given, field);
    if ('value' in found) {
      if (!Array.isArray(found.value) || found.value.length > 0) values[name] = found.value;
    } else problems.push({ field: name, ...found });
  }
  return { values, problems };
}

/** By it images that look alike are one hit (`alikeGroup`), so it stays unless it is declared private. */
const GROUP = 'alike';

/** The metadata that answers may show. */
export function publicMetadata(
  metadata: Readonly<Record<string, unknown>>,
  { fields, others }: IndexFields,
): Readonly<Record<string, unknown>> {
  const declared = new Map<string, boolean>();
  for (const [name, { from = name, public: shown }] of Object.entries(fields)) {
    declared.set(from, shown && (declared.get(from) ?? true));
  }
  return Object.fromEntries(
    Object.entries(metadata).filter(
      ([member]) => declared.get(member) ?? (others === 'public' || member === GROUP),
    ),
  );
}

type Found = { readonly value: FieldValue | FieldValue[] } | Omit<FieldProblem, 'field'>;

function readGiven(given: unknown, field: DeclaredField): Found {
  if (!Array.isArray(given)) {
    const one = single(given, field);
    return 'value' in one && field.list ? { value: [one.value as FieldValue] } : one;
  }
  if (!field.list) {
    return {
      what: 'has a list of values',
      hint: 'declare it with "list": true, or give each image one value',
    };
  }
  if (given.length > FIELD_LIMITS.listValues) {
    return { what: `has ${given.length} values`, hint: `give at most ${FIELD_LIMITS.listValues}` };
  }
  const values: FieldValue[] = [];
  for (const value of given as readonly unknown[]) {
    const one = single(value, field);
    if (!('value' in one)) return one;
    if (!values.includes(one.value as FieldValue)) values.push(one.value as FieldValue);
  }
  return { value: values };
}

function single(given: unknown, { type }: DeclaredField): Found {
  const value = typed(given, type);
  if (value === undefined) {
    return {
      what: `is ${shown(given)}, which is not of type ${type}`,
      hint: `write it as ${type}, leave it out, or declare the field as what it is`,
    };
  }
  if (typeof value === 'string' && value.length > FIELD_LIMITS.textCharacters) {
    return {
      what: `has ${value.length} characters`,
      hint: `a text to filter by has at most ${FIELD_LIMITS.textCharacters}; do not declare long texts`,
    };
  }
  return { value };
}

function typed(given: unknown, type: DeclaredField['type']): FieldValue | undefined {
  switch (type) {
    case 'keyword':
      return typeof given === 'string' ? given : undefined;
    case 'boolean':
      return given === true || given === 'true'
        ? true
        : given === false || given === 'false'
          ? false
          : undefined;
    case 'date':
      return typeof given === 'string' ? datePeriod(given)?.from : undefined;
    case 'integer':
    case 'number': {
      const value = typeof given === 'string' ? numberOfText(given) : given;
      const fits = type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value);
      return fits ? (value as number) : undefined;
    }
  }
}

function shown(given: unknown): string {
  const text = JSON.stringify(given);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
