import { beforeAll, describe, expect, it } from 'vitest';
import {
  concatenateEncoders,
  openRecallEncoder,
  type StoredRecallEncoder,
} from '../../shared/retrieval/index.ts';
import { randomNumbers, seededRandom } from '../../test/support/random.ts';
import { WHOLE_PARTS, WHOLE_SIZE } from '../features/photo-regions/photo-network.ts';
import { type Report, silentReport } from '../report.ts';
import type { CaptionedPhotos } from './captioned-photos.ts';
import { type FittedPhotoRecall, fitPhotoRecall, type WordSource } from './fit-photo-recall.ts';
import { measureRecall } from './measure-recall.ts';
import { PHOTO_RECALL_RECIPE, type PhotoRecallRecipe } from './recipe.ts';
import { SENTENCE_SIZE } from './sentences/sentence-encoder.ts';
import { wordTable } from './word-table.ts';

const SEED = 20261202;
const THINGS = [
  'dog',
  'ball',
  'snow',
  'child',
  'beach',
  'horse',
  'boat',
  'tree',
  'bicycle',
  'hat',
  'guitar',
  'cat',
];
const SMALL: PhotoRecallRecipe = {
  ...PHOTO_RECALL_RECIPE,
  words: { ...PHOTO_RECALL_RECIPE.words, frequent: 50 },
  distillation: { ...PHOTO_RECALL_RECIPE.distillation, components: 12 },
  components: 16,
  correlation: { ...PHOTO_RECALL_RECIPE.correlation, dimensions: 10 },
  contrast: { ...PHOTO_RECALL_RECIPE.contrast, dimensions: 16, batch: 50, epochs: 20, learningRate: 0.01 },
};

/**
 * Photographs that show three things each, of as many classes. Two of their captions name two of these, the others all three:
 * more words than short texts have.
 */
function photosOf(count: number, seed: number): CaptionedPhotos {
  const looks = seededRandom(7);
  const lookOf = THINGS.map(() => randomNumbers(looks, WHOLE_PARTS.classes.from).map(Math.abs));
  const random = seededRandom(seed);
  const pick = (limit: number) => Math.floor(limit * random());
  const whole = new Float32Array(count * WHOLE_SIZE);
  const captions = Array.from({ length: count }, (_, photo) => {
    const shown = Array.from({ length: 3 }, () => pick(THINGS.length));
    const own = whole.subarray(photo * WHOLE_SIZE, (photo + 1) * WHOLE_SIZE);
    for (const thing of shown) {
      for (const [f, value] of lookOf[thing]?.entries() ?? []) own[f] = (own[f] ?? 0) + value;
      own[WHOLE_PARTS.classes.from + thing] = 1;
    }
    for (const [f, value] of own.entries()) own[f] = value + 0.02 * random();
    const [first, second, third] = shown.map((thing) => THINGS[thing]);
    return [
      `A ${first} and a ${second}.`,
      `The ${third} and a ${first}.`,
      `A ${first}, a ${second} and the ${third}.`,
      `A ${third} is by a ${second} and a ${first}.`,
    ];
  });
  return { count, size: WHOLE_SIZE, whole, captions };
}

describe(`the fit of the recall encoder of photographs (seed ${SEED})`, () => {
  const vectors = {
    size: 8,
    words: [...THINGS, 'puppy'],
    data: randomNumbers(seededRandom(SEED), 8 * (THINGS.length + 1)),
  };
  const says = randomNumbers(seededRandom(8), THINGS.length * SENTENCE_SIZE);
  // The first classes are the things, and called so.
  const names = randomNumbers(seededRandom(9), 1000 * SENTENCE_SIZE);
  names.set(says);
  const words: WordSource = {
    vectors,
    names,
    sentencesOf: (captions) => {
      const out = new Float32Array(captions.length * SENTENCE_SIZE);
      for (const [at, caption] of captions.entries()) {
        for (const [thing, name] of THINGS.entries()) {
          if (!caption.includes(name)) continue;
          for (let d = 0; d < SENTENCE_SIZE; d++) {
            const cell = at * SENTENCE_SIZE + d;
            out[cell] = (out[cell] ?? 0) + (says[thing * SENTENCE_SIZE + d] ?? 0);
          }
        }
      }
      return out;
    },
  };
  const [train, held] = [photosOf(200, SEED), photosOf(60, SEED + 1)];
  const fitAll = (recipe = SMALL) => fitPhotoRecall(train, words, recipe, silentReport);
  let fitted: FittedPhotoRecall;
  beforeAll(async () => {
    fitted = await fitAll();
  }, 240_000);

  it.each(['correlation', 'contrast', 'labels', 'shortTexts', 'whole'] as const)(
    'finds photographs that it was not fitted on: %s',
    async (part) => {
      const encoder = part === 'whole' ? fitted.whole : fitted.parts[part];
      const { textToImage, imageToText } = await measureRecall(encoder, held);
      // By chance it would be 17 of 100, and as many with captions of other photographs.
      expect(textToImage[2]).toBeGreaterThan(80);
      expect(imageToText[2]).toBeGreaterThan(80);
      const others = held.captions.map((_, at) => held.captions[(at + 7) % held.count] ?? []);
      expect((await measureRecall(encoder, { ...held, captions: others })).textToImage[2]).toBeLessThan(40);
    },
  );

  it('answers short texts by their encoder, and others by the sum of the three with their weights', async () => {
    const { correlation, contrast, labels, shortTexts } = fitted.parts;
    const sum = concatenateEncoders([
      { weight: SMALL.correlation.weight, stored: correlation },
      { weight: SMALL.contrast.weight, stored: contrast },
      { weight: SMALL.labels.weight, stored: labels },
    ]);
    const short = 'A dog and a ball.';
    const long = 'A dog, a ball and the hat.';
    const encoded = async (stored: StoredRecallEncoder, text: string) => {
      const encoder = await openRecallEncoder(stored);
      const [vector] = await encoder.encodeTexts([{ text, ids: [], words: new Float32Array(0) }]);
      await encoder.dispose?.();
      return [...(vector ?? [])];
    };
    const [byShortTexts, bySum] = [await encoded(shortTexts, short), await encoded(sum, long)];
    expect(Math.hypot(...byShortTexts)).toBeCloseTo(1, 5);
    expect(Math.hypot(...bySum)).toBeCloseTo(1, 5);
    expect(await encoded(fitted.whole, short)).toEqual([...byShortTexts, ...bySum.map(() => 0)]);
    expect(await encoded(fitted.whole, long)).toEqual([...byShortTexts.map(() => 0), ...bySum]);
  });

  it('gives the same numbers for the same seed, others for another', async () => {
    expect((await fitAll()).whole).toEqual(fitted.whole);
    const other = await fitAll({ ...SMALL, seed: 2 });
    expect(other.parts.contrast).not.toEqual(fitted.parts.contrast);
    expect({ ...other.parts, contrast: undefined }).toEqual({ ...fitted.parts, contrast: undefined });
  }, 240_000);

  it('stops in the middle of its steps with the reason of the signal', async () => {
    const stop = new AbortController();
    let steps = 0;
    const report: Report = {
      ...silentReport,
      stage: (label, _unit, work) =>
        work(() => {
          if (label !== 'fit by contrast') return;
          steps++;
          stop.abort(new Error('enough'));
        }),
    };
    await expect(fitPhotoRecall(train, words, SMALL, report, stop.signal)).rejects.toThrow('enough');
    expect(steps).toBe(1);
  }, 240_000);
});

describe('wordTable', () => {
  const captions = ['a dog in the snow', 'the dog runs in snow', 'a dog', 'one cat'];
  const vectors = {
    size: 2,
    words: ['the', 'dog', 'cat', 'bird'],
    data: Float32Array.of(1, 0, 3, 4, 0, 2, 5, 0),
  };
  const options = { wordCaptions: 2, pairCaptions: 1, frequent: 4, smoothing: 0.1 };
  const table = wordTable(captions, vectors, options);

  it('has words and pairs that captions have often enough, then those with a vector only', () => {
    expect(table.words.slice(0, table.known)).toEqual([
      'a',
      'dog',
      'dog in',
      'dog runs',
      'in',
      'in snow',
      'one cat',
      'runs in',
      'snow',
      'the',
    ]);
    expect(table.words.slice(table.known)).toEqual(['cat', 'bird']);
  });

  it('has fewer pairs for a higher limit, and fewer other words, but all with a vector that captions have', () => {
    const few = wordTable([...captions, 'a bird'], vectors, { ...options, pairCaptions: 2, frequent: 2 });
    expect(few.words.slice(0, few.known)).toEqual(['a', 'dog', 'in', 'in snow', 'snow', 'the']);
    expect(few.words.slice(few.known)).toEqual(['bird', 'cat']);
    const none = wordTable(captions, vectors, { ...options, frequent: 3 });
    expect(none.words.slice(none.known)).toEqual(['cat']);
  });

  it('scales vectors to unit length, and frequent words down', () => {
    const vector = (word: string) => {
      const row = table.rowOf.get(word) ?? Number.NaN;
      return [...table.vectors.subarray(2 * row, 2 * row + 2)];
    };
    expect(vector('bird')).toEqual([1, 0]);
    const weight = 0.1 / (0.1 + 3 / 14);
    expect(vector('dog').map((value) => value / weight)).toEqual([
      expect.closeTo(0.6, 5),
      expect.closeTo(0.8, 5),
    ]);
    expect(vector('snow')).toEqual([0, 0]);
  });
});
