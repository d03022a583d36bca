import fc from 'fast-check';
import type { ApiDocument, JsonSchema } from './api-document.ts';
import { type Known, refusedOf, valuesOf } from './schema-values.ts';
import { half, sentence, text } from './texts.ts';
import { meaning, together, type Verdict } from './verdict.ts';

/** A body as it is sent. */
export interface Body {
  readonly bytes: string;
  readonly type: string;
  readonly verdict: Verdict;
}

const JSON_TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'Application/JSON',
  'application/ld+json',
];
const OTHER_TYPES = [
  '',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json;',
  'application/jsonp',
  '犬',
];

/** Bodies that a schema takes, and others: wrong members, no JSON, no UTF-8, of other types, too large. */
export function askedBodies(described: JsonSchema, document: ApiDocument, known: Known): fc.Arbitrary<Body> {
  const schema = document.resolve(described);
  const objects = valuesOf(described, 'body', { document, known }) as fc.Arbitrary<Record<string, unknown>>;
  const names = Object.keys(schema.properties ?? {});
  const json = objects.map((value) => bodyOf(JSON.stringify(value), bodyMeaning(value)));
  const refused = fc
    .oneof(
      // A member that is wrong, wherever it is.
      fc
        .constantFrom(...names)
        .chain((name) =>
          fc
            .tuple(objects, refusedOf(schema.properties?.[name] ?? {}, document))
            .map(([value, wrong]) => ({ ...value, [name]: wrong })),
        ),
      fc
        .tuple(
          objects,
          text.filter((name) => !names.includes(name)),
          text,
        )
        .map(([value, name, other]) => ({ ...value, [name]: other })),
      fc.tuple(objects, half).map(([value, q]) => ({ ...value, q })),
      fc.jsonValue().filter((value) => typeof value !== 'object' || value === null || Array.isArray(value)),
      fc.nat({ max: 4000 }).map((depth) => ({ q: 'a dog', filter: nested(depth + 10) })),
    )
    .map((value) => bodyOf(JSON.stringify(value), 'refused'));
  const broken = fc
    .oneof(
      json.chain(({ bytes }) => fc.nat({ max: bytes.length - 1 }).map((end) => bytes.slice(0, end))),
      sentence.map((q) => utf8(`{"q":${JSON.stringify(q)},"q":"a dog"}`)),
      sentence.map((q) => Buffer.from(JSON.stringify({ q }), 'utf16le').toString('latin1')),
      fc.constantFrom(
        '{"q":"a\xff\xfedog"}',
        '{"q":"a\xc3"}',
        '{"q":"a dog"}{}',
        "{'q':'a dog'}",
        '{"q":NaN}',
        `{"q":"a","limit":1e999}`,
        '{"q":"\x00"}',
      ),
      fc.integer({ min: 16_384, max: 40_000 }).map((size) => JSON.stringify({ q: 'a'.repeat(size) })),
    )
    .map<Body>((bytes) => ({ bytes, type: 'application/json', verdict: 'refused' }));
  return fc.oneof(
    { arbitrary: json, weight: 7 },
    { arbitrary: refused, weight: 2 },
    { arbitrary: broken, weight: 1 },
    {
      arbitrary: fc.tuple(json, fc.constantFrom(...JSON_TYPES)).map(([body, type]) => ({ ...body, type })),
      weight: 1,
    },
    {
      arbitrary: fc
        .tuple(json, fc.constantFrom(...OTHER_TYPES))
        .map(([body, type]) => ({ ...body, type: utf8(type), verdict: 'refused' as const })),
      weight: 1,
    },
  );
}

/** Files of the types that are taken, none of which can be read, and of others. What becomes of the first, the index decides. */
export function askedFiles(types: readonly string[]): fc.Arbitrary<Body> {
  const bytes = fc
    .uint8Array({ minLength: 1, maxLength: 60 })
    .chain((noise) =>
      fc
        .constantFrom('', '\x89PNG\r\n\x1a\n', '\xff\xd8\xff', 'GIF89a')
        .map((head) => head + Buffer.from(noise).toString('latin1')),
    );
  return fc.oneof(
    {
      arbitrary: fc.record({
        bytes,
        type: fc.constantFrom(...types),
        verdict: fc.constant<Verdict>('either'),
      }),
      weight: 4,
    },
    {
      arbitrary: fc.record({
        bytes,
        type: fc.constantFrom('application/json', 'text/plain', '', 'image/'),
        verdict: fc.constant<Verdict>('refused'),
      }),
      weight: 1,
    },
  );
}

const utf8 = (given: string): string => Buffer.from(given, 'utf8').toString('latin1');

function bodyOf(json: string, verdict: Verdict): Body {
  return { bytes: utf8(json), type: 'application/json', verdict };
}

function bodyMeaning(value: Readonly<Record<string, unknown>>): Verdict {
  if ('q' in value === 'queries' in value) return 'refused';
  return together(Object.entries(value).map(([name, member]) => meaning(name, member)));
}

function nested(depth: number): unknown {
  let filter: unknown = { field: 'year', eq: 2019 };
  for (let level = 0; level < depth; level++) filter = { not: filter };
  return filter;
}
