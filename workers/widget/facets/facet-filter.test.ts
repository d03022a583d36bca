import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../../shared/filter/parse-filter.ts';
import { type FacetValue, facetFilter, facetNames } from './facet-filter.ts';

describe('facetFilter', () => {
  it.each([
    ['', [], undefined],
    ['year>=2019', [], 'year>=2019'],
    ['', [['place', 'Rome']], 'place:"Rome"'],
    [
      'a:1 OR b:2',
      [
        ['year', 2020],
        ['draft', true],
      ],
      '(a:1 OR b:2) AND year:"2020" AND draft:"true"',
    ],
  ] satisfies [string, [string, FacetValue][], string | undefined][])(
    'joins %j and %j',
    (filter, chosen, joined) => {
      expect(facetFilter(filter, new Map<string, FacetValue>(chosen))).toBe(joined);
    },
  );

  it('is read by the service as the value that was chosen, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(parseFilter(facetFilter('', new Map([['place', value]])) ?? '')).toMatchObject({
          field: 'place',
          test: { is: 'eq', value },
        });
      }),
    );
  });
});

describe('facetNames', () => {
  it.each([
    ['', undefined],
    [' , ', undefined],
    ['year, place,year', ['year', 'place']],
  ])('of %j', (text, names) => {
    expect(facetNames(text)).toEqual(names);
  });
});
