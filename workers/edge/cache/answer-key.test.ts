import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../../shared/filter/parse-filter.ts';
import { printFilter } from '../../../shared/filter/print-filter.ts';
import { resolveFilter } from '../../../shared/filter/resolve-filter.ts';
import { type FilterTree, indexFieldsSchema } from '../../../shared/schema/index.ts';
import type { SearchRequest } from '../../../shared/search/search-request.ts';
import { parseVocabulary, readAsWritten, understandQuery } from '../../../shared/text/index.ts';
import { answerKey } from './answer-key.ts';

const words = ['<pad>', '<start>', '<end>', '<unk>', 'a', 'dog', 'cat', 'fish', '.'];
const vocabulary = parseVocabulary(
  JSON.stringify({
    word2idx: Object.fromEntries(words.map((word, id) => [word, id])),
    idx2word: Object.fromEntries(words.map((word, id) => [id, word])),
    idx: words.length,
  }),
  'test',
);
const fields = indexFieldsSchema.parse({
  format: 'gsmn-index-schema',
  version: 1,
  fields: { year: { type: 'integer' }, place: { type: 'keyword' } },
});

/** Few values, so that two requests are often the same in another spelling. */
const query = fc.oneof(
  fc.constantFrom(
    'a dog',
    'a dog.',
    'ａ dog',
    'a  dog',
    'a cat',
    '-cat',
    'minus cat',
    'ﬁsh',
    'fish',
    'dog’s',
    "dog's",
  ),
  fc.string({ unit: fc.constantFrom('a', ' ', '.', 'ａ', '\u00ad', '’', '-'), minLength: 1, maxLength: 4 }),
);
const filter = fc.constantFrom<FilterTree | undefined>(
  undefined,
  ...['year:2019', ' year : 2019', '(year:2019)', 'year>=2019', 'place:"Rome"', 'place:Rome'].map(
    parseFilter,
  ),
  ...['year:2019 AND place:Rome', 'place:Rome AND year:2019', 'NOT (year:2019)'].map(parseFilter),
  { field: 'year', test: { is: 'eq', value: 2019 } },
  { and: [{ field: 'year', test: { is: 'eq', value: 2019 } }] },
  { or: [{ and: [{ field: 'place', test: { is: 'eq', value: 'Rome' } }] }] },
  { field: 'place', test: { is: 'eq', value: '2019' } },
);
type OneSentence = SearchRequest & { readonly q: string };
const request: fc.Arbitrary<OneSentence> = fc.record({
  q: query,
  limit: fc.constantFrom(1, 2),
  offset: fc.constantFrom(0, 1),
  exhaustive: fc.boolean(),
  understand: fc.boolean(),
  collapse: fc.boolean(),
  filter,
  facets: fc.constantFrom(undefined, ['year'], ['year', 'place']),
  generation: fc.constantFrom(undefined, '0123456789abcdef'),
});
const differ = fc.subarray(['q', 'filter', 'understand', 'facets', 'limit', 'generation'] as const, {
  maxLength: 2,
});
const scope = fc.constantFrom('everyone', 'a', 'b');

/** All that an answer is made of. */
const meaning = ({ q, filter: tree, generation: _generation, ...options }: OneSentence, of: string) => ({
  ...options,
  of,
  read: options.understand ? understandQuery(q, vocabulary) : readAsWritten(q, vocabulary),
  filter: tree && [printFilter(tree), resolveFilter(tree, fields, 'public')],
});

describe('the key of an answer', () => {
  it('is shared only by requests whose answers must be equal', () => {
    let shared = 0;
    fc.assert(
      fc.property(request, request, scope, scope, differ, (one, other, scopeOne, scopeOther, names) => {
        // Most pairs differ in one or two things, or in nothing.
        const second = { ...one, ...Object.fromEntries(names.map((name) => [name, other[name]])) };
        const scopeSecond = names.length === 0 ? scopeOther : scopeOne;
        if (answerKey(one, scopeOne) !== answerKey(second, scopeSecond)) return;
        shared++;
        expect(meaning(second, scopeSecond)).toEqual(meaning(one, scopeOne));
      }),
      { numRuns: 3000 },
    );
    expect(shared).toBeGreaterThan(300);
  });

  it('is shared by all spellings of a request', () => {
    const spelling = fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => `${text}!`,
      (text) => ` ${text}\u00ad`,
      (text) => text.replaceAll('a', 'ａ'),
      (text) => text.replaceAll(' ', ' \u00a0 '),
    );
    fc.assert(
      fc.property(request, spelling, fc.integer({ min: 0, max: 2 }), scope, (asked, spelled, groups, of) => {
        const wrapped = Array.from({ length: groups }).reduce<FilterTree | undefined>(
          (tree) => tree && { and: [tree] },
          asked.filter,
        );
        const q = asked.understand ? spelled(asked.q) : asked.q;
        const other = { ...asked, q, filter: wrapped, generation: undefined };
        expect(answerKey(other, of)).toBe(answerKey(asked, of));
      }),
    );
    const text = (filterText: string) =>
      answerKey({ ...sample, filter: parseFilter(filterText) }, 'everyone');
    expect(text(' year >= 2019   AND (place:Rome)')).toBe(text('year>=2019 AND place:"Rome"'));
  });

  it('counts the sentences of a request with their weights, and what it denies', () => {
    const q = [
      { q: 'a dog', weight: 1 },
      { q: 'a cat', weight: 2 },
    ];
    const asked = [
      { ...sample, q },
      { ...sample, q: q.map((one) => ({ ...one, weight: 1 })) },
      { ...sample, not: { phrases: ['a cat'], images: [] } },
      { ...sample, not: { phrases: [], images: [1] } },
      sample,
    ];
    expect(new Set(asked.map((one) => answerKey(one, 'everyone'))).size).toBe(asked.length);
  });

  it('counts whatever a request says, also what is added later', () => {
    const later = { ...sample, added: 1 } as SearchRequest;
    expect(answerKey(later, 'everyone')).not.toBe(answerKey(sample, 'everyone'));
  });
});

const sample: SearchRequest = {
  q: 'a dog',
  limit: 20,
  offset: 0,
  exhaustive: false,
  understand: true,
  collapse: true,
};
