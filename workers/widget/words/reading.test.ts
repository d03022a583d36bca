import { describe, expect, it } from 'vitest';
import type { SearchResults } from '../../clients/search/index.ts';
import { speak } from '../texts/say.ts';
import { isUnknown, searchedAs } from './reading.ts';

const word = { text: 'dogs', id: 3, known: false } as const;
const results: SearchResults = {
  generation: 'g',
  query: 'dogs',
  words: [],
  stage: 'rerank',
  degraded: undefined,
  hits: [],
  next: undefined,
  provisional: false,
  more: 'end',
};

describe('an unknown word', () => {
  it.each([
    [word, true],
    [{ ...word, suggestion: 'dog' }, true],
    [{ ...word, known: true }, false],
    [{ ...word, as: 'dog' }, false],
    [{ ...word, negated: true as const }, false],
  ])('%j: %s', (one, expected) => {
    expect(isUnknown(one)).toBe(expected);
  });
});

describe('what was searched', () => {
  it.each([
    [{}, undefined],
    [{ understood: 'a dog' }, 'Searched as “a dog”'],
    [
      { understood: 'a dog', without: ['a hat', 'a ball'] },
      'Searched as “a dog”, without “a hat”, without “a ball”',
    ],
    [
      { understood: 'a horse', words: [{ ...word, text: 'zebra', as: 'horse', by: 'meaning' as const }] },
      'Searched as “a horse”; “horse” for “zebra”, which the model does not know',
    ],
  ])('of %j', (read, expected) => {
    expect(searchedAs({ ...results, ...read }, speak('en', {}))).toBe(expected);
  });
});
