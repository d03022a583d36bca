import { describe, expect, it } from 'vitest';
import { speak } from '../texts/say.ts';
import { explain, firmestWord, matchWords } from './matched-words.ts';

type Box = [number, number, number, number];
const region = (weight: number, id = 0) => ({ region: id, weight, box: [0, 0, 1, 1] as Box });
const word = (text: string, known = true) => ({ text, known, id: 4 });

describe('matchWords', () => {
  it('pairs by order, so that a repeated word has its own regions each time', () => {
    const matched = matchWords([word('a'), word('dog'), word('a'), word('cat')], {
      words: [
        { word: 'a', score: 0, regions: [region(0.1, 1)] },
        { word: 'dog', score: 0, regions: [region(0.2, 2)] },
        { word: 'a', score: 0, regions: [region(0.3, 3)] },
        { word: 'cat', score: 0, regions: [region(0.4, 4)] },
      ],
    });
    expect(matched.map(({ regions }) => regions[0]?.region)).toEqual([1, 2, 3, 4]);
  });

  it('leaves a word without regions if it is missing in the evidence', () => {
    const matched = matchWords([word('a'), word('zebroid', false), word('cat')], {
      words: [
        { word: 'a', score: 0, regions: [region(0.1, 1)] },
        { word: 'cat', score: 0, regions: [region(0.4, 4)] },
      ],
    });
    expect(matched.map(({ regions }) => regions[0]?.region)).toEqual([1, undefined, 4]);
  });
});

describe('firmestWord', () => {
  const of = (...weights: readonly (number | undefined)[]) =>
    weights.map((weight, index) => ({
      text: String(index),
      known: true,
      regions: weight === undefined ? [] : [region(weight)],
    }));

  it('is the one with the strongest single region', () => {
    expect(firmestWord(of(0.2, 0.7, 0.5))).toBe(1);
  });

  it('is undefined if no word has regions', () => {
    expect(firmestWord(of(undefined, undefined))).toBeUndefined();
    expect(firmestWord([])).toBeUndefined();
  });

  it('is never an unknown word', () => {
    expect(firmestWord([{ text: 'x', known: false, regions: [region(1)] }, ...of(0.1)])).toBe(1);
  });
});

describe('explain', () => {
  it('counts regions and has the strongest share', () => {
    const regions = [region(0.62), region(0.2)];
    expect(explain({ text: 'dog', known: true, regions }, speak('en', {}))).toBe(
      '“dog” looks at 2 regions; the strongest takes 62% of its attention.',
    );
    expect(explain({ text: 'dog', known: true, regions: [region(1)] }, speak('en', {}))).toContain(
      'at one region',
    );
  });

  it('mentions unknown words and missing regions', () => {
    expect(explain({ text: 'zebroid', known: false, regions: [region(0.1)] }, speak('en', {}))).toContain(
      'does not know',
    );
    expect(explain({ text: 'of', known: true, regions: [] }, speak('en', {}))).toContain('no region');
  });
});
