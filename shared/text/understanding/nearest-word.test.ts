import fc from 'fast-check';
import { distance } from 'fastest-levenshtein';
import { describe, expect, it } from 'vitest';
import { parseVocabulary } from '../vocabulary.ts';
import { isCommon } from './common-words.ts';
import { nearestWord } from './nearest-word.ts';

const WORDS = [
  '<pad>',
  '<start>',
  '<end>',
  '<unk>',
  'bicycle',
  'dog',
  'dogs',
  'brown',
  'crown',
  'shirt',
  'skirt',
  'snowboarder',
];
const vocabulary = parseVocabulary(
  JSON.stringify({ word2idx: Object.fromEntries(WORDS.map((word, id) => [word, id])) }),
  'test',
);

describe('the nearest known spelling', () => {
  it.each([
    ['bycicle', 'bicycle'],
    ['bicycl', 'bicycle'],
    ['snowborder', 'snowboarder'],
    ['brwon', 'brown'],
    ['bronw', 'brown'],
    ['brnow', undefined],
    ['brownn', 'brown'],
    ['browm', 'brown'],
    ['shirf', 'shirt'],
    ['srirt', 'shirt'],
    ['doggs', 'dogs'],
    ['xyzzyx', undefined],
    // Other English words.
    ['dogma', undefined],
    ['short', undefined],
    // Too short, no letters, too long.
    ['dgo', undefined],
    ['1234', undefined],
    ['<unkk>', undefined],
    ['b'.repeat(10_000), undefined],
  ])('of %s is %s', (word, expected) => {
    expect(nearestWord(word, vocabulary)?.word).toBe(expected);
  });
});

describe('a near word', () => {
  it.each([
    ['brwon', true],
    ['snowborderr', true],
    ['bycicle', false],
  ])('%s is certain: %s', (word, certain) => {
    expect(nearestWord(word, vocabulary)?.certain).toBe(certain);
  });

  it('is the more common one of two', () => {
    const words = ['<pad>', '<start>', '<end>', '<unk>', 'hoise', 'house', 'horse'];
    const known = parseVocabulary(
      JSON.stringify({ word2idx: Object.fromEntries(words.map((one, id) => [one, id])) }),
      'test',
    );
    expect(nearestWord('hoose', known)?.word).toBe('house');
    expect(nearestWord('horise', known)?.word).toBe('horse');
  });
});

describe('a large vocabulary', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', 'é'), minLength: 1, maxLength: 9 });

  it('gives what comparing every word gives', () => {
    fc.assert(
      fc.property(fc.uniqueArray(letters, { maxLength: 30 }), letters, (words, word) => {
        const all = [...WORDS.slice(0, 4), ...words];
        const known = parseVocabulary(
          JSON.stringify({ word2idx: Object.fromEntries(all.map((one, id) => [one, id])) }),
          'test',
        );
        const near = nearestWord(word, known)?.word;
        const most = word.length < 4 ? 0 : word.length < 6 ? 1 : 2;
        const distances = words.map((one) => exchanged(word, one) ?? distance(word, one));
        const reached = word.length >= 4 && !isCommon(word) && distances.some((apart) => apart <= most);
        expect(near !== undefined).toBe(reached);
        if (near !== undefined) {
          expect(exchanged(word, near) ?? distance(word, near)).toBe(Math.min(...distances));
        }
      }),
    );
  });

  /** 1 for words that differ by one exchange of neighbours. */
  function exchanged(a: string, b: string): 1 | undefined {
    for (let at = 0; at + 1 < a.length; at++) {
      if (a.slice(0, at) + a[at + 1] + a[at] + a.slice(at + 2) === b && a !== b) return 1;
    }
    return undefined;
  }
});
