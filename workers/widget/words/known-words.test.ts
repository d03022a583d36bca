import { describe, expect, it } from 'vitest';
import type { QueryWord } from '../../clients/search/index.ts';
import { knownWords } from './known-words.ts';

const words = (text: string, ...unknown: string[]): QueryWord[] =>
  text.split(' ').map((word) => ({ text: word, id: 4, known: !unknown.includes(word) }));

describe('the query without the words that the model does not know', () => {
  it('is what remains, as it was written', () => {
    expect(knownWords('A Dog beside a  Zebroid', words('a dog beside a zebroid', 'zebroid'))).toBe(
      'A Dog beside a',
    );
    expect(knownWords('a fluffy dog runs', words('a fluffy dog runs', 'fluffy'))).toBe('a dog runs');
    expect(knownWords('a dog dogs', words('a dog dogs', 'dog'))).toBe('a dogs');
  });

  it('is none if all are known, or if too few are', () => {
    expect(knownWords('a dog runs', words('a dog runs'))).toBeUndefined();
    expect(knownWords('a zebroid', words('a zebroid', 'zebroid'))).toBeUndefined();
  });

  it('has suggested spellings, but not these alone', () => {
    const hose = { text: 'hose', id: 3, known: false, suggestion: 'house' } as const;
    const zebroid = { text: 'zebroid', id: 3, known: false } as const;
    expect(knownWords('the hose by a zebroid', [...words('the'), hose, ...words('by a'), zebroid])).toBe(
      'the house by a',
    );
    expect(knownWords('the hose', [...words('the'), hose])).toBeUndefined();
  });

  it('keeps words that were read as others, or that images should not show', () => {
    const read: QueryWord[] = [
      { text: 'dogs', id: 4, known: false, as: 'dog', by: 'form' },
      { text: 'without', id: 4, known: false, negated: true },
      { text: 'snow', id: 4, known: true },
      { text: 'zebroid', id: 4, known: false },
    ];
    expect(knownWords('dogs without snow zebroid', read)).toBe('dogs without snow');
  });
});
