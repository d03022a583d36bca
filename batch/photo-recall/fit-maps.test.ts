import { expect, it } from 'vitest';
import { principalComponents } from '../../shared/retrieval/index.ts';
import { seededRandom } from '../../test/support/random.ts';
import { WHOLE_PARTS, WHOLE_SIZE } from '../features/photo-regions/photo-network.ts';
import type { CaptionedPhotos } from './captioned-photos.ts';
import { fitContrast } from './fit-contrast.ts';
import { fitCorrelation } from './fit-correlation.ts';
import { measureRecall } from './measure-recall.ts';
import { PHOTO_RECALL_RECIPE } from './recipe.ts';
import { SEEN_PARTS, type TrainingPhotos } from './training-photos.ts';

const THINGS = ['ant', 'bee', 'cow', 'doe'];
/** Not in any caption; they mean what the things do, in the same order. */
const NAMES = ['emmet', 'drone', 'ox', 'deer'];
const SEEN = WHOLE_PARTS.stages.to;

/** Photographs that show the things in turn: each has a number of its own in the description. */
function photosWith(captions: readonly string[], count: number): CaptionedPhotos {
  const random = seededRandom(20261204);
  const whole = new Float32Array(count * WHOLE_SIZE);
  for (let photo = 0; photo < count; photo++) {
    for (const thing of THINGS.keys()) {
      whole[photo * WHOLE_SIZE + thing] = 0.05 * random() + (photo % THINGS.length === thing ? 1 : 0);
    }
  }
  const given = Array.from({ length: count }, (_, photo) => [captions[photo % THINGS.length] ?? '']);
  return { count, size: WHOLE_SIZE, whole, captions: given };
}

/** What there is to fit on, with components that are those numbers. */
function trainingOn({ count, whole }: CaptionedPhotos, known: number, vectors: Float32Array): TrainingPhotos {
  const basis = new Float64Array(THINGS.length * SEEN);
  for (const thing of THINGS.keys()) basis[thing * SEEN + thing] = 1;
  const parts = [{ from: 0, width: SEEN, count: THINGS.length, basis }];
  const principal = { size: SEEN, components: THINGS.length, mean: new Float64Array(SEEN), parts };
  expect(SEEN_PARTS[0]).toMatchObject({ read: 'roots', from: 0 });
  const seen = new Float32Array(count * SEEN);
  for (let photo = 0; photo < count; photo++) {
    const own = whole.subarray(photo * WHOLE_SIZE, photo * WHOLE_SIZE + SEEN);
    seen.set(own.map(Math.sqrt), photo * SEEN);
  }
  const words = [...THINGS, ...NAMES];
  return {
    count,
    principal,
    components: principalComponents(principal, seen),
    table: {
      words,
      known,
      size: THINGS.length,
      vectors,
      rowOf: new Map(words.map((word, row) => [word, row])),
    },
    captions: Array.from({ length: count }, (_, photo) => [[photo % THINGS.length]]),
  };
}

const { correlation, contrast } = PHOTO_RECALL_RECIPE;
const FITS = {
  correlation: (training: TrainingPhotos) =>
    fitCorrelation(training, { ...correlation, dimensions: 3, imageRidge: 0.1, textRidge: 0.1 }),
  contrast: (training: TrainingPhotos) =>
    fitContrast(
      training,
      {
        ...contrast,
        dimensions: 8,
        batch: 8,
        epochs: 60,
        learningRate: 0.02,
        featureDropout: 0,
        wordDropout: 0,
      },
      { seed: 1 },
    ),
};
const noVectors = new Float32Array(2 * THINGS.length * THINGS.length);
/** Another direction for each thing, that of its name, too. */
const oneVectorEach = noVectors.map((_, at) =>
  Math.floor(at / THINGS.length) % THINGS.length === at % THINGS.length ? 1 : 0,
);

// The contrastive fit has no rows for words that no caption has.
it.each([
  ['correlation', 'words of captions by numbers of their own', 4, noVectors, THINGS],
  ['correlation', 'words that no caption has by their vectors', 0, oneVectorEach, NAMES],
  ['contrast', 'words of captions by numbers of their own', 4, noVectors, THINGS],
] as const)('%s learns %s', async (fit, _, known, vectors, asked) => {
  const stored = await FITS[fit](trainingOn(photosWith(THINGS, 40), known, vectors));
  const { textToImage, imageToText } = await measureRecall(stored, photosWith(asked, THINGS.length));
  expect([textToImage[0], imageToText[0]]).toEqual([100, 100]);
});
