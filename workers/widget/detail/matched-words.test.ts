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
  const speech = speak('en', {});
  const alone = (text: string, known: boolean, regions: ReturnType<typeof region>[]) => {
    const word = { text, known, regions };
    return explain(word, [word], speech);
  };

  it('counts regions and has the strongest share', () => {
    expect(alone('dog', true, [region(0.62), region(0.2)])).toBe(
      '“dog” looks at 2 regions; the strongest takes 62% of its attention.',
    );
    expect(alone('dog', true, [region(1)])).toContain('at one region');
  });

  it('mentions unknown words and missing regions', () => {
    expect(alone('zebroid', false, [region(0.1)])).toContain('does not know');
    expect(alone('of', true, [])).toContain('no region');
  });

  it('names the words that look most at the same region, each once', () => {
    const of = (text: string, weight: number, id: number, known = true) => ({
      text,
      known,
      regions: [region(weight, id)],
    });
    const rabbit = of('rabbit', 0.6, 3);
    const words = [of('brown', 0.5, 3), rabbit, of('cat', 0.9, 4), of('brown', 0.4, 3), of('a', 0.2, 3)];
    const others = [...words, of('.', 0.6, 3), of('zebroid', 0.6, 3, false)];
    expect(explain(rabbit, others, speech)).toContain('“brown” and “rabbit” look most at the same region.');
    expect(explain(words[2] as typeof rabbit, others, speech)).not.toContain('same region');
    expect(explain(rabbit, others, speak('de', { '“{word}”': '„{word}“' }))).toContain(
      '„brown“ und „rabbit“',
    );
  });
});
