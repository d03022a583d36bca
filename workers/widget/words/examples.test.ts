import { describe, expect, it } from 'vitest';
import { companions, parseExamples } from './examples.ts';

describe('parseExamples', () => {
  it.each([
    ['a', [['a']]],
    ['a | b|c', [['a', 'b', 'c']]],
    [
      'a|b||c | d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a| |b', [['a'], ['b']]],
    ['|||a|||', [['a']]],
    ['', []],
    [' || ', []],
  ])('reads %j', (text, groups) => {
    expect(parseExamples(text)).toEqual(groups);
  });
});

describe('companions', () => {
  const examples = parseExamples('a|b||c||d|e|f');

  it('are the other sentences of the group', () => {
    expect(companions(examples, 'b')).toEqual(['a']);
    expect(companions(examples, 'e')).toEqual(['d', 'f']);
  });

  it('are the same for other capitals, or a period at the end', () => {
    expect(companions(examples, 'B')).toEqual(['a']);
    expect(companions(parseExamples('A dog runs.|A cat runs.'), 'a dog runs')).toEqual(['A cat runs.']);
  });

  it('are none for a sentence without a group, or one that is not an example', () => {
    expect(companions(examples, 'c')).toEqual([]);
    expect(companions(examples, 'g')).toEqual([]);
  });
});
