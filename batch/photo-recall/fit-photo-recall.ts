import {
  concatenateEncoders,
  encodeShortTextsBy,
  type StoredRecallEncoder,
} from '../../shared/retrieval/index.ts';
import type { Report } from '../report.ts';
import type { WordVectors } from '../word-vectors/read-vectors.ts';
import type { CaptionedPhotos } from './captioned-photos.ts';
import { distilWords } from './distil-words.ts';
import { fitContrast } from './fit-contrast.ts';
import { fitCorrelation } from './fit-correlation.ts';
import { fitLabels } from './fit-labels.ts';
import { fitShortTexts } from './fit-short-texts.ts';
import type { PhotoRecallRecipe } from './recipe.ts';
import { trainingPhotos } from './training-photos.ts';
import { SKIPPED_WORDS, wordTable } from './word-table.ts';

/** What is known of words before any photograph. */
export interface WordSource {
  readonly vectors: WordVectors;
  /** `[captions, 384]`: what a sentence encoder says of captions. */
  sentencesOf(captions: readonly string[]): Float32Array;
  /** `[classes, 384]`, and of the names of the classes of photographs. */
  readonly names: Float32Array;
}

/** The parts of the recall encoder of photographs, and all of them as one. */
export interface FittedPhotoRecall {
  readonly parts: Readonly<Record<'correlation' | 'contrast' | 'labels' | 'shortTexts', StoredRecallEncoder>>;
  readonly whole: StoredRecallEncoder;
}

/**
 * Fits the recall encoder of photographs on captioned ones (docs/photo-recall.md).
 *
 * @throws AppError of `fitContrast` and of the recall encoders; the signal's reason.
 */
export async function fitPhotoRecall(
  photos: CaptionedPhotos,
  words: WordSource,
  recipe: PhotoRecallRecipe,
  report: Report,
  signal?: AbortSignal,
): Promise<FittedPhotoRecall> {
  const captions = photos.captions.flat();
  const plain = wordTable(captions, words.vectors, recipe.words);
  const distilled = await report.stage('distil words', 'captions', async () =>
    distilWords(plain, captions, words.sentencesOf(captions), words.names, recipe.distillation),
  );
  const { table } = distilled;
  const training = await report.stage('principal components', 'photographs', async () =>
    trainingPhotos(photos, table, recipe.components),
  );
  signal?.throwIfAborted();
  const contrast = await report.stage('fit by contrast', 'steps', (onProgress) =>
    fitContrast(training, recipe.contrast, { seed: recipe.seed, signal, onProgress }),
  );
  const correlation = await report.stage('fit by correlation', 'photographs', () =>
    fitCorrelation(training, recipe.correlation),
  );
  signal?.throwIfAborted();
  const labels = fitLabels(photos, distilled, recipe.labels);
  const short = fitShortTexts(training, recipe.shortTexts);
  const sentences = concatenateEncoders([
    { weight: recipe.correlation.weight, stored: correlation },
    { weight: recipe.contrast.weight, stored: contrast },
    { weight: recipe.labels.weight, stored: labels },
  ]);
  const which = {
    longest: recipe.shortTexts.longest,
    known: short.config.text.words,
    skipped: SKIPPED_WORDS,
  };
  const whole = encodeShortTextsBy(which, short, sentences);
  return { parts: { correlation, contrast, labels, shortTexts: short }, whole };
}
