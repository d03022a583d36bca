import fc from 'fast-check';
import type { ApiDocument, JsonSchema, Operation, Parameter } from './api-document.ts';
import { askedBodies, askedFiles, type Body } from './asked-bodies.ts';
import { type Known, refusedOf, valuesOf } from './schema-values.ts';
import { text } from './texts.ts';
import { meaning, together, type Verdict } from './verdict.ts';

/** A request as it is sent. */
export interface Asked {
  /** Name of the operation. */
  readonly operation: string;
  readonly method: string;
  /** With its query, as it is sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes of a body, as latin1 text, so that a counterexample can be read and copied. */
  readonly body?: string | undefined;
  readonly verdict: Verdict;
}

interface Part {
  readonly name: string;
  /** Encoded values, one for each time that it is given. */
  readonly values: readonly string[];
  readonly verdict: Verdict;
}

/** Percent sequences that are no UTF-8, and none at all. */
const NO_UTF8 = ['%ff%fe', '%c3', 'a%ed%a0%80', '%zz', '100%', '%f0%9f'];

/** Requests for an operation, by its parameters and its body. */
export function askedRequests(
  operation: Operation,
  document: ApiDocument,
  known: Known,
): fc.Arbitrary<Asked> {
  const drawing = { document, known };
  const query = operation.parameters.filter((parameter) => parameter.in === 'query');
  const place = operation.parameters.filter((parameter) => parameter.in === 'path');

  const values = ({ name, schema }: Parameter): fc.Arbitrary<Part> =>
    valuesOf(schema, name, drawing).map((value) => ({
      name,
      values: [value].flat().map(encoded),
      verdict: meaning(name, value),
    }));

  /** None where every text is one that the schema takes. */
  const refusedValues = ({ name, schema }: Parameter): fc.Arbitrary<Part>[] =>
    isLimited(schema)
      ? [
          refusedOf(schema, document)
            .filter((value) => isRefusedAsText(value, schema))
            .map((value) => ({ name, values: [value].flat().map(encoded), verdict: 'refused' })),
        ]
      : [];

  /** A parameter as most callers send it, and as others do. */
  const given = (parameter: Parameter): fc.Arbitrary<Part> => {
    const { name, schema, required = false } = parameter;
    const absent = fc.constant<Part>({ name, values: [], verdict: required ? 'refused' : 'taken' });
    const repeated: fc.Arbitrary<Part>[] =
      schema.type === 'array'
        ? []
        : [
            values(parameter).map((part) => ({
              ...part,
              values: [...part.values, ...part.values],
              verdict: 'refused',
            })),
          ];
    const broken = fc
      .constantFrom(...NO_UTF8)
      .map<Part>((value) => ({ name, values: [value], verdict: 'refused' }));
    return fc.oneof(
      { arbitrary: values(parameter), weight: required ? 16 : 6 },
      { arbitrary: absent, weight: required ? 1 : 12 },
      { arbitrary: fc.oneof(broken, ...refusedValues(parameter), ...repeated), weight: 1 },
    );
  };
  const unknown = fc
    .tuple(
      text.filter((name) => !query.some((parameter) => parameter.name === name)),
      text,
    )
    .map<Part>(([name, value]) => ({ name: encoded(name), values: [encoded(value)], verdict: 'refused' }));
  const parts = fc.tuple(
    fc.tuple(...query.map(given)),
    fc.option(unknown, { freq: 15, nil: undefined }),
    fc.boolean(),
  );
  const places = fc.tuple(
    ...place.map((parameter) =>
      fc.oneof(
        { arbitrary: values(parameter), weight: 9 },
        ...refusedValues(parameter).map((part) => part.filter(({ values: each }) => isSegment(each.join()))),
      ),
    ),
  );
  const bodies: fc.Arbitrary<Body | undefined> =
    operation.body !== undefined
      ? askedBodies(operation.body, document, known)
      : operation.files.length > 0
        ? askedFiles(operation.files)
        : fc.constant(undefined);

  return fc
    .record({ parts, places, headers: askedHeaders, body: bodies })
    .map(({ parts: [named, more, backwards], places: placed, headers, body }) => {
      const sent = [...named, ...(more === undefined ? [] : [more])];
      const pairs = sent.flatMap(({ name, values: each }) => each.map((value) => `${name}=${value}`));
      const path = placed.reduce(
        (rest, { name, values: each }) => rest.replace(`{${name}}`, each.join()),
        operation.path,
      );
      const asked = (backwards ? pairs.toReversed() : pairs).join('&');
      return {
        operation: operation.name,
        method: operation.method,
        path: asked === '' ? path : `${path}?${asked}`,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': body.type }) },
        body: body?.bytes,
        verdict: together(
          [...sent, ...placed, ...(body === undefined ? [] : [body])].map(({ verdict }) => verdict),
        ),
      };
    });
}

function encoded(value: unknown): string {
  const given = typeof value === 'string' ? value : JSON.stringify(value);
  return encodeURIComponent(given.toWellFormed());
}

/** Whether a schema refuses some texts. */
function isLimited({ type, enum: values, pattern, minLength, maxLength }: JsonSchema): boolean {
  return type !== 'string' || [values, pattern, minLength, maxLength].some((limit) => limit !== undefined);
}

/** In an address everything is text, and an empty list is nothing. */
function isRefusedAsText(value: unknown, { type, enum: values }: JsonSchema): boolean {
  if (Array.isArray(value)) {
    return type === 'array' && value.length > 0 && value.every((one) => typeof one === 'string');
  }
  if (type === 'array') return false;
  if (type === 'string' && values === undefined) return typeof value === 'string';
  return type !== 'integer' || typeof value !== 'string' || !/^\d+$/.test(value);
}

/** Whether it is one step of a path that stays where it is. */
function isSegment(value: string): boolean {
  return !['', '.', '..', '%2e', '%2e%2e'].includes(value.toLowerCase());
}

const printable = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code < 0x7f || code > 0xa0)
    .map((code) => String.fromCharCode(code)),
  maxLength: 80,
});

/** Headers that change nothing but the form of an answer, or nothing at all. */
const askedHeaders = fc.record(
  {
    accept: fc.oneof(
      fc.constantFrom(
        '*/*',
        'application/json',
        'text/html, */*;q=0.1',
        'text/event-stream',
        'application/x-ndjson',
        'text/event-stream;q=0.1, application/json',
        'application/json;q=0',
        'image/png',
        ';;q=,',
      ),
      printable,
    ),
    'if-none-match': fc.oneof(fc.constantFrom('*', '"a"', 'W/"a", "b"'), printable),
    range: fc.constantFrom('bytes=0-1', 'bytes=-1', 'bytes=9-2', 'items=0-1'),
    'if-modified-since': fc.constantFrom('Wed, 21 Oct 2099 07:28:00 GMT', 'yesterday'),
    'if-match': fc.constantFrom('*', '"a"'),
    'accept-language': fc.constantFrom('ar', 'de, *;q=0.5', ','),
    origin: fc.oneof(fc.constantFrom('https://shop.example', 'null', 'http://'), printable),
    'sec-fetch-site': fc.constantFrom('same-origin', 'cross-site', 'x'),
    authorization: fc.oneof(
      fc.constantFrom('Basic YTpi', 'Bearer', 'Bearer  ', 'Bearer pk_', 'bearer st_a.b'),
      printable,
    ),
    'x-search-key': fc.oneof(fc.constantFrom('pk_', 'sk_a', 'a.b.c'), printable),
    'x-request-id': printable,
    traceparent: fc.oneof(
      fc.constantFrom('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '00-0-0-0', 'ff-'),
      printable,
    ),
    cookie: printable,
    'x-forwarded-for': fc.constantFrom('127.0.0.1', '::1, a', ''),
    'cf-connecting-ip': fc.constantFrom('::ffff:1.2.3.4', '2001:db8::1', ':::', 'a'),
  },
  { requiredKeys: [] },
);

/** Methods that a path may not have. */
export const OTHER_METHODS = ['PUT', 'PATCH', 'DELETE', 'POST', 'GET', 'OPTIONS', 'PROPFIND'] as const;
