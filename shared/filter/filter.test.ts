import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FILTER_LIMITS,
  type FilterTree,
  filterSchema,
  indexFieldsSchema,
  searchQuerySchema,
} from '../schema/index.ts';
import { countFacet } from './count-facets.ts';
import { datePeriod } from './date-period.ts';
import { fieldValues, publicMetadata } from './field-values.ts';
import { passesFilter } from './image-filter.ts';
import { parseFilter } from './parse-filter.ts';
import { printFilter } from './print-filter.ts';
import { resolveFilter } from './resolve-filter.ts';

const FIELDS = indexFieldsSchema.parse({
  format: 'gsmn-index-schema',
  version: 1,
  fields: {
    year: { type: 'integer' },
    place: { type: 'keyword' },
    tag: { type: 'keyword', list: true, from: 'keywords' },
    taken: { type: 'date' },
    score: { type: 'number' },
    draft: { type: 'boolean' },
    owner: { type: 'keyword', public: false },
  },
});

/** Whether an image with this metadata passes a filter as text. */
function passes(filter: string, metadata: Record<string, unknown>): boolean {
  const { values, problems } = fieldValues(metadata, FIELDS);
  expect(problems).toEqual([]);
  return passesFilter(resolveFilter(parseFilter(filter), FIELDS, 'public'), values);
}

/** Trees as `parseFilter` gives them, without positions. */
const trees = fc.letrec<{ tree: FilterTree }>((tie) => {
  const field = fc
    .stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,9}$/)
    .filter((name) => !/^(AND|OR|NOT|IN)$/.test(name));
  const value = fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('*', '=', '"', '\\', '', 'a b', 'AND'),
  );
  const parts = fc.array(tie('tree'), { minLength: 2, maxLength: 3 });
  return {
    tree: fc.oneof(
      { depthSize: 'small', maxDepth: 3 },
      fc.record({
        field,
        test: fc.oneof(
          fc.record({ is: fc.constantFrom('eq', 'gt', 'gte', 'lt', 'lte'), value }),
          fc.record({ is: fc.constant('in'), values: fc.array(value, { minLength: 1, maxLength: 3 }) }),
          fc.constant({ is: 'exists' }),
        ),
      }) as fc.Arbitrary<FilterTree>,
      parts.map((and) => ({ and })),
      parts.map((or) => ({ or })),
      fc.record({ not: tie('tree') }),
    ),
  };
}).tree;

function withoutPlaces(tree: FilterTree): unknown {
  return JSON.parse(JSON.stringify(tree, (key, value: unknown) => (key === 'at' ? undefined : value)));
}

describe('a filter as text', () => {
  it.each([
    [
      'year>=2019 AND (place:"Rome" OR tag:beach) AND NOT draft:true',
      { year: 2020, keywords: ['sea', 'beach'] },
      true,
    ],
    [
      'year>=2019 AND (place:"Rome" OR tag:beach) AND NOT draft:true',
      { year: 2020, place: 'Rome', draft: true },
      false,
    ],
    ['year>=2019', {}, false],
    ['NOT year>=2019', {}, true],
    ['place:Rome OR place:Oslo AND year:1', { place: 'Rome' }, true],
    ['tag IN (sea, "a b", beach)', { keywords: 'a b' }, true],
    ['tag:*', { keywords: [] }, false],
    ['draft:*', { draft: false }, true],
    ['score:1.5', { score: 1.5 }, true],
    ['score>1e2', { score: '100' }, false],
    ['taken:2019', { taken: '2019-12-31T23:59:59Z' }, true],
    ['taken>2019', { taken: '2019-12-31T23:59:59Z' }, false],
    ['taken<=2019-05', { taken: '2019-05-31' }, true],
    ['taken>=2019-05-01T10:20:30+02:00', { taken: '2019-05-01T08:20:30' }, true],
    ['taken IN (2018, 2020-01)', { taken: '2020-01-15' }, true],
    ['place:"say \\"hi\\" \\\\"', { place: 'say "hi" \\' }, true],
  ] as const)('%s of %j: %s', (filter, metadata, expected) => {
    expect(passes(filter, metadata)).toBe(expected);
  });

  it('is read as the tree that it is printed from', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        expect(withoutPlaces(parseFilter(printFilter(tree)))).toEqual(withoutPlaces(tree));
      }),
    );
  });

  it.each([
    ['', 1, 'expected the name of a field'],
    ['year', 5, 'expected :, >, >=, <, <= or IN'],
    ['year>=', 7, 'expected a value'],
    ['year>=2019 place:Rome', 12, 'expected AND or OR'],
    ['(year>=2019', 1, 'a ( without its )'],
    ['year>=2019)', 11, 'a ) without its ('],
    ['place:"Rome', 7, 'a " without its end'],
    ['\u{1f415}', 1, 'expected the name of a field'],
    ['place:"\u{1f415}" year:1', 11, 'expected AND or OR'],
    ['tag IN beach', 8, 'expected ( after IN'],
    ['tag IN (beach sea)', 15, 'expected , or )'],
    [`${'('.repeat(9)}year:1${')'.repeat(9)}`, 9, 'more than 8 levels'],
    [`tag IN (${Array(257).fill('a').join()})`, 521, 'more than 256 values'],
  ])('%j is refused at character %i', (filter, character, what) => {
    expect(() => parseFilter(filter)).toThrow(
      expect.objectContaining({
        code: 'request_invalid',
        message: expect.stringContaining(`filter, character ${character}: ${what}`) as string,
      }),
    );
  });

  it('never fails in another way', () => {
    const words = fc.constantFrom(
      'year',
      ':',
      '>=',
      '"',
      '(',
      ')',
      'AND',
      'OR',
      'NOT',
      'IN',
      ' ',
      ',',
      '*',
      '\\',
      '1',
    );
    fc.assert(
      fc.property(
        fc.array(words).map((parts) => parts.join('')),
        (text) => {
          try {
            parseFilter(text);
          } catch (thrown) {
            expect(thrown).toMatchObject({ code: 'request_invalid' });
          }
        },
      ),
    );
  });
});

describe('the fields of a filter', () => {
  it.each([
    ['yaer>2000', 'character 1: there is no field "yaer"', 'year, place, tag, taken, score, draft.'],
    ['year:1 AND owner:Ann', 'character 12: there is no field "owner"', 'year, place'],
    ['year:2019.5', 'character 1: year: "2019.5" is not a whole number', 'integer'],
    ['draft:yes', 'draft: "yes" is not true or false', 'boolean'],
    ['taken:2019-02-31', 'is not a date', 'date'],
    ['place>Rome', 'place is of type keyword, which has no order', 'place:VALUE'],
    ['toString:1', 'there is no field "toString"', 'year'],
  ])('%s is refused', (filter, message, hint) => {
    expect(() => resolveFilter(parseFilter(filter), FIELDS, 'public')).toThrow(
      expect.objectContaining({
        code: 'request_invalid',
        message: expect.stringContaining(message) as string,
        hint: expect.stringContaining(hint) as string,
      }),
    );
  });

  it('are all there if everything is visible, and none where none are declared', () => {
    expect(resolveFilter(parseFilter('owner:Ann'), FIELDS, 'all')).toEqual({ field: 'owner', any: ['Ann'] });
    expect(() => resolveFilter(parseFilter('year:1'), undefined, 'public')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('declares no fields') as string }),
    );
  });
});

describe('a filter as JSON', () => {
  it('is the same as its text', () => {
    const json = {
      and: [
        { field: 'year', gte: 2019 },
        {
          or: [
            { field: 'place', eq: 'Rome' },
            { field: 'tag', in: ['beach', 'sea'] },
          ],
        },
        { not: { field: 'draft', exists: true } },
      ],
    };
    const tree = filterSchema.parse(json) as FilterTree;
    expect(printFilter(tree)).toBe('year>=2019 AND (place:Rome OR tag IN (beach, sea)) AND NOT draft:*');
    const text = resolveFilter(parseFilter(printFilter(tree)), FIELDS, 'public');
    expect(resolveFilter(tree, FIELDS, 'public')).toEqual(text);
  });

  it.each([
    [3, '', 'a filter is an object'],
    [{ and: [] }, 'and', 'expected array to have >=1 items'],
    [{ and: [{ field: 'year' }] }, 'and.0', 'this one has none'],
    [{ and: [{ field: 'year', gt: 1, lt: 2 }] }, 'and.0', 'this one has gt, lt'],
    [{ or: [{ field: 'year', eq: null }] }, 'or.0.eq', 'is a text, a number'],
    [{ field: 'place', eq: '\ud83d' }, 'eq', 'has half of a character'],
    [{ field: 'place', in: ['\u{1f415}', '\udc15'] }, 'in.1', 'has half of a character'],
    ['place:\ud83d', '', 'it has half of a character'],
    [{ not: { field: 'year', equals: 1 } }, 'not', 'equals'],
    [{ and: [{ field: 'a', eq: 1 }], or: [] }, '', 'or'],
    [{ field: 'year', in: Array(257).fill(1) }, 'in', '<=256'],
    [{ and: Array(3).fill({ field: 'year', in: Array(100).fill(1) }) }, 'and.2', 'more than 256 values'],
  ])('%j is refused at %j', (json, path, what) => {
    const { error } = filterSchema.safeParse(json);
    const [issue] = error?.issues ?? [];
    expect([issue?.path.join('.'), issue?.message]).toEqual([path, expect.stringContaining(what)]);
  });

  it('has as many characters as in an address, whatever they are', () => {
    for (const character of ['a', '\u{1f415}']) {
      for (const count of [FILTER_LIMITS.characters, FILTER_LIMITS.characters + 1]) {
        const text = character.repeat(count);
        const fits = count === FILTER_LIMITS.characters;
        expect(filterSchema.safeParse(text).success).toBe(fits);
        expect(searchQuerySchema.shape.filter.safeParse(text).success).toBe(fits);
        expect(filterSchema.safeParse({ field: 'place', eq: text }).success).toBe(fits);
      }
    }
  });

  it('ends at a level, however deep it is', () => {
    let json: unknown = { field: 'year', eq: 1 };
    for (let depth = 1; depth < FILTER_LIMITS.depth; depth++) json = { not: json };
    expect(filterSchema.safeParse(json).success).toBe(true);
    for (let depth = 0; depth < 5000; depth++) json = { not: json };
    expect(filterSchema.safeParse(json).error?.issues[0]?.message).toBe('more than 8 levels');
  });

  it('has values of the types of its fields', () => {
    const asked = filterSchema.parse({
      and: [
        { field: 'draft', eq: false },
        { field: 'year', gte: '2019' },
      ],
    }) as FilterTree;
    expect(() => resolveFilter(asked, FIELDS, 'public')).toThrow(
      expect.objectContaining({ message: 'filter.and[1]: year: "2019" is not a whole number.' }),
    );
  });
});

describe('the values of an image', () => {
  it('are what its metadata declares, typed, each once', () => {
    const metadata = {
      year: '2019',
      keywords: ['a', 'b', 'a'],
      taken: '2019-05',
      draft: 'true',
      place: null,
      x: 1,
    };
    expect(fieldValues(metadata, FIELDS)).toEqual({
      values: { year: 2019, tag: ['a', 'b'], taken: Date.UTC(2019, 4), draft: true },
      problems: [],
    });
  });

  it.each([
    [{ year: 'c. 1920' }, 'year', 'is "c. 1920", which is not of type integer'],
    [{ year: 2 ** 60 }, 'year', 'not of type integer'],
    [{ place: 7 }, 'place', 'is 7, which is not of type keyword'],
    [{ place: ['a'] }, 'place', 'has a list of values'],
    [{ keywords: ['a', 1] }, 'tag', 'is 1'],
    [{ place: 'x'.repeat(1001) }, 'place', 'has 1001 characters'],
    [{ keywords: Array(1001).fill('a') }, 'tag', 'has 1001 values'],
    [{ taken: '2019-13-01' }, 'taken', 'not of type date'],
  ])('of another type are problems: %j', (metadata, field, what) => {
    expect(fieldValues(metadata, FIELDS).problems).toMatchObject([
      { field, what: expect.stringContaining(what) as string },
    ]);
  });

  it('are shown if they are public', () => {
    const metadata = { owner: 'Ann', year: 1, keywords: ['a'], other: 2, alike: 'x' };
    expect(publicMetadata(metadata, FIELDS)).toEqual({ year: 1, keywords: ['a'], alike: 'x' });
    expect(publicMetadata(metadata, { ...FIELDS, others: 'public' })).toEqual({
      year: 1,
      keywords: ['a'],
      other: 2,
      alike: 'x',
    });
  });
});

describe('periods', () => {
  it.each([
    ['2019', Date.UTC(2019, 0), Date.UTC(2020, 0)],
    ['2019-12', Date.UTC(2019, 11), Date.UTC(2020, 0)],
    ['2020-02-29', Date.UTC(2020, 1, 29), Date.UTC(2020, 2, 1)],
    ['0050', Date.parse('0050-01-01'), Date.parse('0051-01-01')],
    ['0001-12', Date.parse('0001-12-01'), Date.parse('0002-01-01')],
    ['2019-05-01T10:20', Date.UTC(2019, 4, 1, 10, 20), Date.UTC(2019, 4, 1, 10, 21)],
    ['2019-05-01 10:20:30Z', Date.UTC(2019, 4, 1, 10, 20, 30), Date.UTC(2019, 4, 1, 10, 20, 31)],
    [
      '2019-05-01T10:20:30.5+0200',
      Date.UTC(2019, 4, 1, 8, 20, 30, 500),
      Date.UTC(2019, 4, 1, 8, 20, 30, 501),
    ],
  ])('%s', (text, from, to) => {
    expect(datePeriod(text)).toEqual({ from, to });
  });

  it.each(['19', '2019-00', '2019-02-29', '2019-05-01T25:00', 'yesterday', '2019-5-1', ''])(
    '%j is none',
    (text) => {
      expect(datePeriod(text)).toBeUndefined();
    },
  );
});

describe('facets', () => {
  it('count images by value, the most frequent first', () => {
    const images = [{ tag: ['b', 'a'] }, { tag: ['a'] }, {}, { tag: ['c'] }];
    expect(countFacet('tag', images)).toEqual([
      { value: 'a', count: 2 },
      { value: 'b', count: 1 },
      { value: 'c', count: 1 },
    ]);
  });
});
