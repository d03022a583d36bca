import { describe, expect, it } from 'vitest';
import type { CollectedPhoto } from '../photo-collection.ts';
import { describePhoto } from './photo-metadata.ts';

/** A photograph with these facts, and what a list gives. */
function photo(facts: object, metadata?: object): CollectedPhoto {
  return {
    id: 'a.jpg',
    name: 'a.jpg',
    location: { path: '/photos/a.jpg' },
    given: metadata && { captions: [], metadata },
    inspection: { facts, format: 'jpeg', bytes: 3 },
    copies: [],
    alike: undefined,
  } as unknown as CollectedPhoto;
}

describe('the metadata of a photograph', () => {
  it.each([
    [{ taken: '2019-05-01T10:00:00' }, undefined, 2019],
    [{ taken: '2019-05-01' }, { taken: '1931' }, 1931],
    [{ taken: '2019-05-01' }, { year: 'c. 1920' }, 'c. 1920'],
    [{ taken: '2019-05-01' }, { taken: 'last summer' }, undefined],
    [{}, undefined, undefined],
  ])('has the year of %j, given %j: %j', (facts, given, year) => {
    expect(describePhoto(photo(facts, given)).metadata.year).toBe(year);
  });
});
