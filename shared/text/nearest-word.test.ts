import { describe, expect, it } from 'vitest';
import { nearestWord } from './nearest-word.ts';
import { parseVocabulary } from './vocabulary.ts';

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
    // Too short, no letters, too long.
    ['dgo', undefined],
    ['1234', undefined],
    ['<unkk>', undefined],
    ['b'.repeat(10_000), undefined],
  ])('of %s is %s', (word, expected) => {
    expect(nearestWord(word, vocabulary)).toBe(expected);
  });
});
