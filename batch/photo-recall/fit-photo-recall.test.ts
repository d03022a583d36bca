import { describe, expect, it } from 'vitest';
import { randomNumbers, seededRandom } from '../../test/support/random.ts';
import { WHOLE_SIZE } from '../features/photo-regions/photo-network.ts';
import { silentReport } from '../report.ts';
import type { CaptionedPhotos } from './captioned-photos.ts';
import { fitPhotoRecall, type WordSource } from './fit-photo-recall.ts';
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

/** Photographs that show three things each; their captions name two of them. */
function photosOf(count: number, seed: number): CaptionedPhotos {
  const looks = seededRandom(7);
  const lookOf = THINGS.map(() => randomNumbers(looks, WHOLE_SIZE).map(Math.abs));
  const random = seededRandom(seed);
  const pick = (limit: number) => Math.floor(limit * random());
  const whole = new Float32Array(count * WHOLE_SIZE);
  const captions = Array.from({ length: count }, (_, photo) => {
    const shown = Array.from({ length: 3 }, () => pick(THINGS.length));
    for (let f = 0; f < WHOLE_SIZE; f++) {
      const sum = shown.reduce((total, thing) => total + (lookOf[thing]?.[f] ?? 0), 0);
      whole[photo * WHOLE_SIZE + f] = sum + 0.02 * random();
    }
    return Array.from(
      { length: 5 },
      () => `A ${THINGS[shown[pick(3)] ?? 0]} and a ${THINGS[shown[pick(3)] ?? 0]}.`,
    );
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
  const words: WordSource = {
    vectors,
    names: randomNumbers(seededRandom(9), 1000 * SENTENCE_SIZE),
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
  const fitted = (recipe = SMALL, some = train) => fitPhotoRecall(some, words, recipe, silentReport);

  it('finds photographs that it was not fitted on, by each part that learns and by all', async () => {
    const { parts, whole } = await fitted();
    for (const encoder of [parts.correlation, parts.contrast, whole]) {
      const { textToImage, imageToText } = await measureRecall(encoder, held);
      // By chance it would be 17 of 100.
      expect(textToImage[2]).toBeGreaterThan(50);
      expect(imageToText[2]).toBeGreaterThan(50);
    }
    const shuffled = {
      ...train,
      captions: train.captions.map((_, at) => train.captions[(at + 7) % 200] ?? []),
    };
    const wrong = await measureRecall((await fitted(SMALL, shuffled)).whole, held);
    expect(wrong.textToImage[2]).toBeLessThan(40);
  }, 120_000);

  it('gives the same numbers for the same seed, others for another', async () => {
    const [one, two] = [await fitted(), await fitted()];
    expect(two.whole).toEqual(one.whole);
    const other = await fitted({ ...SMALL, seed: 2 });
    expect(other.parts.correlation).toEqual(one.parts.correlation);
    expect(other.parts.contrast).not.toEqual(one.parts.contrast);
  }, 120_000);

  it('stops with the reason of the signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(fitPhotoRecall(train, words, SMALL, silentReport, signal)).rejects.toThrow('enough');
  });
});

describe('wordTable', () => {
  const captions = ['a dog in the snow', 'the dog runs in snow', 'a dog', 'one cat'];
  const vectors = {
    size: 2,
    words: ['the', 'dog', 'cat', 'bird'],
    data: Float32Array.of(1, 0, 3, 4, 0, 2, 5, 0),
  };
  const table = wordTable(captions, vectors, {
    wordCaptions: 2,
    pairCaptions: 1,
    frequent: 4,
    smoothing: 0.1,
  });

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
