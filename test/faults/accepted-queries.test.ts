import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { SEARCH_LIMITS } from '../../shared/schema/index.ts';
import { type Ask, Client, describeAnswer, outlineOf } from './harness/client.ts';
import { type Product, startProduct } from './harness/product.ts';

const QUERIES = 3000;
const seed = inject('seed');

let product: Product;
let client: Client;

beforeAll(async () => {
  product = await startProduct(inject('indexes').small);
  client = new Client(product.url);
  await product.fullAnswer('a dog');
});
afterAll(async () => {
  client.close();
  await product.stop();
});

/** Characters that layers read differently: separators, joiners, marks, halves of pairs, signs of the tokenizer and of addresses. */
const ODD = [
  ...Array.from(
    '\u2028\u2029\u0085\u00a0\u200b\u200d\ufeff\u0000\u0007\u001b\u202e\u0301\u0130\u00df\ufb01\ufffd\uffff',
  ),
  ...Array.from('\t\n\r"\'<>&%+#?/\\|;:.,!()[]{}`~@$^*=_-…–—“”‘’'),
  '\ud800',
  '\udfff',
  '👩‍👩‍👧',
  '🇩🇪',
  '漢字',
  'ﷺ',
  "n't",
  '<unk>',
  '<start>',
];
const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'man', 'dog', 'rides', 'red', 'bicycle', '.', ',') },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD) },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z]{1,60}$/) },
);
const space = fc.constantFrom(' ', ' ', ' ', '  ', '\t', '\n', '\u00a0', '\u2028', '');
/** Any length and number of words, with the limits and what lies just beyond them. */
const sentence = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.array(fc.tuple(word, space), { minLength: 1, maxLength: 80 }))
      .map(([pairs]) => pairs.flat().join('')),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(word, fc.constantFrom(' ', ''), fc.integer({ min: 1, max: SEARCH_LIMITS.queryCharacters + 1 }))
      .map(([one, gap, count]) => `${one}${gap}`.repeat(count)),
  },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: SEARCH_LIMITS.queryWords - 3, max: SEARCH_LIMITS.queryWords + 3 })
      .map((count) => 'a '.repeat(count)),
  },
);

/** Every way to write a sentence into an address. */
const encoding = fc.constantFrom<(text: string) => string>(
  (text) => encodeURIComponent(text.toWellFormed()),
  (text) => new URLSearchParams({ q: text }).toString().slice(2),
  (text) =>
    [...new TextEncoder().encode(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  // Half-escaped, as people type it.
  (text) => encodeURI(text.toWellFormed()).replace(/[&#+]/g, encodeURIComponent),
);
const headers = fc.dictionary(
  fc.constantFrom(
    'x-request-id',
    'x-timeout-ms',
    'accept',
    'accept-encoding',
    'accept-language',
    'origin',
    'referer',
    'user-agent',
    'cookie',
    'range',
    'if-none-match',
    'cache-control',
    'traceparent',
    'x-forwarded-for',
    'cf-connecting-ip',
    'cf-ray',
    'mf-original-url',
    'mf-cf-blob',
    'x-http-method-override',
    'authorization',
  ),
  fc.oneof(
    fc.constantFrom('*', '0', '-1', 'null', '{', 'bytes=0-1', 'http://other.example/', '\u00e9', '1e999'),
    fc.stringMatching(/^[\x21-\x7e]{0,120}$/),
  ),
  { maxKeys: 4 },
);
const page = {
  limit: fc.option(fc.integer({ min: 1, max: SEARCH_LIMITS.limit }), { nil: undefined }),
  offset: fc.option(fc.integer({ min: 0, max: SEARCH_LIMITS.offset }), { nil: undefined }),
};

interface Case {
  readonly query: string;
  readonly ask: Ask;
}

const get: fc.Arbitrary<Case> = fc
  .record({ query: sentence, encode: encoding, headers, ...page })
  .map(({ query, encode, headers, limit, offset }) => {
    const numbers = Object.entries({ limit, offset }).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${value}`],
    );
    return { query, ask: { headers, raw: [`q=${encode(query)}`, ...numbers].join('&') } };
  });
const post: fc.Arbitrary<Case> = fc
  .record({ query: sentence, headers, exhaustive: fc.option(fc.boolean(), { nil: undefined }), ...page })
  .map(({ query, headers, limit, offset, exhaustive }) => ({
    query,
    ask: { method: 'POST', headers, raw: JSON.stringify({ q: query, limit, offset, exhaustive }) },
  }));

/** Halves of pairs have no form in UTF-8; spaces around a sentence mean nothing. */
const asAsked = (query: string): string => query.toWellFormed().trim();

describe('every query that is accepted', () => {
  it(`is answered, and by what was asked: ${QUERIES} queries, seed ${seed}`, async () => {
    const counts = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(fc.oneof(get, post), async ({ query, ask }) => {
        const answer = await client.ask(query, ask);
        counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1);
        // `*` says that the caller has some answer already, whichever: RFC 9110, 13.1.2.
        if (answer.status === 304) {
          expect(ask.headers?.['if-none-match']).toBe('*');
          return;
        }
        // 403 answers an origin that may not call, 414 an address of more than 64 kB.
        expect([200, 400, 403, 413, 414, 431], describeAnswer(answer)).toContain(answer.status);
        if (answer.status !== 200) return;
        expect(outlineOf(answer).query.toWellFormed()).toBe(asAsked(query));
        // Not `full`: pages behind the last image have no hits to rank.
        expect(answer.headers['x-search-degraded'], describeAnswer(answer)).toBeUndefined();
      }),
      { numRuns: QUERIES, seed, endOnFailure: false },
    );
    console.log(
      `answers by status: ${[...counts].map(([status, count]) => `${count} x ${status}`).join(', ')}`,
    );
    // Most of them must be searches, or the case says little.
    expect(counts.get(200)).toBeGreaterThan(QUERIES / 3);
    const after = await client.ask('a man in a red shirt');
    expect(after.full, describeAnswer(after)).toBe(true);
  });
});
