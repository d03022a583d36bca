import { beforeAll, describe, expect, it } from 'vitest';
import { loadParser } from '../../../shared/platform/parse/index.ts';
import { parseVocabulary, tokenise } from '../../../shared/text/index.ts';
import { type CalibrationQuery, calibrationQueries } from './calibration-queries.ts';
import { isFitted } from './caption-words.ts';

const NAMES = ['dog', 'cat', 'horse', 'ball', 'man', 'woman', 'bench', 'boat'];
const COLOURS = ['black', 'brown', 'white', 'red'];
const captions = Array.from({ length: 64 }, (_, image) => {
  const [one, two] = [NAMES[image % 8], NAMES[(image * 3 + 1) % 8]];
  return [`a ${COLOURS[image % 4]} ${one} chases a ${two}`, `the ${one} and the ${two}`];
});
const words = ['<pad>', '<start>', '<end>', '<unk>', 'a', 'the', 'chases', 'and', ...NAMES, ...COLOURS];
const extra = ['guitar', 'bridge', 'castle', 'tractor', 'kitchen', 'window', 'mountain', 'camera'];
const all = [...words, ...extra];
const vocabulary = parseVocabulary(
  JSON.stringify({
    word2idx: Object.fromEntries(all.map((word, id) => [word, id])),
    idx2word: Object.fromEntries(all.map((word, id) => [id, word])),
    idx: all.length,
  }),
  'vocabulary',
);

let queries: CalibrationQuery[] = [];
beforeAll(async () => {
  queries = await calibrationQueries(captions, await loadParser(), vocabulary);
});
const of = (kind: CalibrationQuery['kind']) => queries.filter((query) => query.kind === kind);

describe('calibrationQueries', () => {
  it('makes queries of all kinds, the same ones each time', async () => {
    for (const kind of [
      'caption',
      'noun',
      'phrase',
      'relation',
      'absent thing',
      'absent pair',
      'thing replaced',
    ] as const) {
      expect(of(kind).length, kind).toBeGreaterThan(0);
    }
    expect(await calibrationQueries(captions, await loadParser(), vocabulary)).toEqual(queries);
  });

  it('counts an image as fitting if its captions have all nouns', () => {
    for (const { text, fitting } of [...of('caption'), ...of('noun'), ...of('relation')]) {
      const nouns = tokenise(text).filter((word) => NAMES.includes(word));
      const expected = captions.flatMap((own, image) => {
        const has = new Set(own.flatMap((caption) => tokenise(caption)));
        return nouns.every((noun) => has.has(noun)) ? [image] : [];
      });
      expect([...fitting].sort((a, b) => a - b)).toEqual(expect.arrayContaining(expected));
      expect(fitting.size).toBeGreaterThan(0);
    }
  });

  it('names things that no caption has, and only of the half for fitting', () => {
    const named = new Set(captions.flat().flatMap((caption) => tokenise(caption)));
    for (const { text, fitting } of [...of('absent thing'), ...of('absent pair')]) {
      expect(fitting.size).toBe(0);
      const things = tokenise(text).filter((word) => !['a', 'an', 'and'].includes(word));
      for (const thing of things) {
        expect(named.has(thing)).toBe(false);
        expect(isFitted(thing)).toBe(true);
      }
    }
    for (const { text, fitting } of of('thing replaced')) {
      expect(fitting.size).toBe(0);
      expect(tokenise(text).some((word) => !named.has(word))).toBe(true);
    }
  });
});
