import fc from 'fast-check';
import type { ApiDocument, JsonSchema } from './api-document.ts';
import { lengthOf, longText, sentence, text } from './texts.ts';

/** Values that mean something to the index that is searched, by the names of parameters and members. */
export type Known = Readonly<Record<string, readonly unknown[]>>;

interface Drawing {
  readonly document: ApiDocument;
  readonly known: Known;
}

const unsafe = fc.maxSafeInteger();

/**
 * Values that a schema takes, those of its limits, its example and its default among them. No library draws them: the one that makes
 * arbitraries of JSON Schema is no longer kept, and those that fake data neither look for limits nor shrink.
 *
 * @param name of the parameter or member
 */
export function valuesOf(schema: JsonSchema, name: string, drawing: Drawing): fc.Arbitrary<unknown> {
  const { document, known } = drawing;
  const resolved = document.resolve(schema);
  // One parameter may be repeated where another of the same name may not.
  const given = [...(known[name] ?? []), ...examplesOf(resolved)].filter(
    (value) => Array.isArray(value) === (resolved.type === 'array'),
  );
  const drawn = drawnValues(resolved, name, drawing);
  return given.length === 0
    ? drawn
    : fc.oneof({ arbitrary: drawn, weight: 2 }, { arbitrary: fc.constantFrom(...given), weight: 3 });
}

function examplesOf({ example, default: normally }: JsonSchema): unknown[] {
  return [example, normally].filter((value) => value !== undefined);
}

function drawnValues(schema: JsonSchema, name: string, drawing: Drawing): fc.Arbitrary<unknown> {
  const { type, enum: values, anyOf, items = {}, minItems = 0, maxItems = 4, uniqueItems = false } = schema;
  if (values !== undefined) return fc.constantFrom(...values);
  if (anyOf !== undefined) return fc.oneof(...anyOf.map((one) => valuesOf(one, name, drawing)));
  if (Array.isArray(type))
    return fc.oneof(...type.map((one: string) => drawnValues({ ...schema, type: one }, name, drawing)));
  switch (type) {
    case 'string':
      return texts(schema);
    case 'integer':
    case 'number':
      return numbers(schema);
    case 'boolean':
      return fc.boolean();
    case 'array': {
      const lists = uniqueItems ? fc.uniqueArray : fc.array;
      return lists(valuesOf(items, name, drawing), {
        minLength: minItems,
        maxLength: Math.max(minItems, Math.min(maxItems, 4)),
      });
    }
    case 'object':
      return objects(schema, drawing);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function texts({ pattern, minLength = 0, maxLength = 60 }: JsonSchema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  const fits = (given: string): boolean =>
    lengthOf(given.trim()) >= minLength && lengthOf(given) <= maxLength;
  return fc.oneof(
    { arbitrary: sentence.filter(fits), weight: 4 },
    text.filter(fits),
    longText(maxLength).filter(fits),
  );
}

function numbers({ type, minimum, maximum, exclusiveMinimum }: JsonSchema): fc.Arbitrary<number> {
  const least = minimum ?? exclusiveMinimum ?? Number.MIN_SAFE_INTEGER;
  const most = maximum ?? Number.MAX_SAFE_INTEGER;
  if (type === 'integer') {
    return fc.oneof(
      fc.integer({ min: least, max: most }),
      fc.integer({ min: least, max: Math.min(most, least + 20) }),
      fc.constantFrom(least, most),
    );
  }
  return fc.double({ min: least, max: most, noNaN: true, minExcluded: exclusiveMinimum !== undefined });
}

function objects(
  { properties = {}, required = [], additionalProperties }: JsonSchema,
  drawing: Drawing,
): fc.Arbitrary<object> {
  const members = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, valuesOf(schema, name, drawing)]),
  );
  const described = fc.record(members, { requiredKeys: [...required] });
  if (additionalProperties === false || Object.keys(properties).length > 0) return described;
  return fc.oneof(described, fc.dictionary(text, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }));
}

/** JSON values that a schema refuses: beyond its limits, and of other types. */
export function refusedOf(schema: JsonSchema, document: ApiDocument): fc.Arbitrary<unknown> {
  const {
    type,
    enum: values,
    pattern,
    minLength,
    maxLength,
    minimum,
    maximum,
    exclusiveMinimum,
    minItems = 0,
    maxItems,
    items = {},
  } = document.resolve(schema);
  const types = [type ?? []].flat();
  const others = fc.jsonValue({ maxDepth: 2 }).filter((value) => !types.some((one) => isOf(one, value)));
  const beyond: fc.Arbitrary<unknown>[] = [];
  if (values !== undefined) beyond.push(text.filter((given) => !values.includes(given)));
  if (pattern !== undefined) beyond.push(text.filter((given) => !new RegExp(pattern).test(given)));
  if (minLength !== undefined && minLength > 0)
    beyond.push(fc.constantFrom('', ' ', '\u2003\n').filter((given) => given.trim().length < minLength));
  if (maxLength !== undefined)
    beyond.push(
      fc
        .nat({ max: 3 })
        .chain((more) => longText(maxLength + 1 + more))
        .filter((given) => lengthOf(given.trim()) > maxLength),
    );
  if (minimum !== undefined) beyond.push(fc.integer({ min: 1, max: 9 }).map((less) => minimum - less));
  if (exclusiveMinimum !== undefined) beyond.push(fc.constantFrom(exclusiveMinimum, exclusiveMinimum - 1));
  if (maximum !== undefined)
    beyond.push(
      fc
        .integer({ min: 1, max: 9 })
        .map((more) => maximum + more)
        .filter((given) => given > maximum),
    );
  if (types.includes('integer'))
    beyond.push(
      fc.constantFrom(0.5, 1.5, 1e300),
      unsafe.map((given) => given + 0.5).filter((given) => !Number.isInteger(given)),
    );
  if (types.includes('array')) {
    const item = document.resolve(items);
    beyond.push(refusedOf(item, document).map((one) => [one]));
    if (minItems > 0) beyond.push(fc.constant([]));
    if (maxItems !== undefined)
      beyond.push(fc.constant(Array.from({ length: maxItems + 1 }, (_, at) => `dog ${at}`)));
  }
  return fc.oneof(others, ...beyond);
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
