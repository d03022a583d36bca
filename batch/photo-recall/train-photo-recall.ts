import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { writeFileAtomic, writing } from '../../shared/platform/atomic-file.ts';
import { SENTENCE_MODEL_FOLDER } from '../../shared/platform/sentence-model-files.ts';
import { tokenise } from '../../shared/text/index.ts';
import { listSplits } from '../data/split-files.ts';
import { readClassNames } from '../features/photo-regions/model-file.ts';
import { writeStoredRecall } from '../model/stored-recall.ts';
import { fetchVectors } from '../parser/word-vectors/fetch-vectors.ts';
import { readVectors, type WordVectors } from '../parser/word-vectors/read-vectors.ts';
import type { Report } from '../report.ts';
import { type CaptionedPhotos, readCaptionedPhotos, somePhotos } from './captioned-photos.ts';
import { type FittedPhotoRecall, fitPhotoRecall, type WordSource } from './fit-photo-recall.ts';
import { measureRecall, type PhotoRecallFigures } from './measure-recall.ts';
import type { PhotoRecallRecipe } from './recipe.ts';
import { encodeSentences, SENTENCE_SIZE } from './sentences/sentence-encoder.ts';

/** Photographs without which no fit is worth anything. */
const FEWEST_PHOTOS = 50;
/** Photographs that are left out of a first fit, and their largest share. */
const [HELD_OUT, HELD_OUT_SHARE] = [500, 8];

export interface TrainPhotoRecallOptions {
  /** A data folder whose photographs have captions and descriptions. */
  readonly data: string;
  readonly out: string;
  /** A file of word vectors; fetched if none is named. */
  readonly vectors?: string | undefined;
  /** The folder of the sentence encoder; by default that of `npm run setup:sentence-model`. */
  readonly sentences?: string | undefined;
  readonly recipe: PhotoRecallRecipe;
  readonly signal?: AbortSignal | undefined;
}

type PartFigures = Readonly<Record<'correlation' | 'contrast' | 'labels' | 'whole', PhotoRecallFigures>>;

/** How a recall encoder was trained, and what it finds (`training.json`). */
export interface PhotoRecallRecord {
  readonly recipe: PhotoRecallRecipe;
  readonly photographs: number;
  readonly captions: number;
  readonly figures: {
    /** Of a fit on all but the last photographs of `train`, among these. */
    readonly heldOut: { readonly photographs: number } & PartFigures;
    /** Of the fit on all of `train`, among those of `dev`, which nothing was fitted or chosen on. */
    readonly dev?: ({ readonly photographs: number } & PartFigures) | undefined;
  };
}

/**
 * Trains the recall encoder of photographs: first without the last photographs of `train`, to measure it among these, then on
 * all of them. Writes `coarse.json`, `coarse.safetensors` and the record `training.json`.
 *
 * @throws AppError of the readers; `argument_invalid` for too few photographs, `diverged`, `file_unwritable`.
 */
export async function trainPhotoRecall(
  options: TrainPhotoRecallOptions,
  report: Report,
): Promise<PhotoRecallRecord> {
  const { data, out, recipe, signal } = options;
  await writing(out, () => mkdir(out, { recursive: true }));
  const train = await readCaptionedPhotos(data, 'train');
  if (train.count < FEWEST_PHOTOS) {
    throw new AppError(
      'argument_invalid',
      `${data}: ${train.count} photographs have captions, training needs ${FEWEST_PHOTOS}`,
    );
  }
  const words = new Set(train.captions.flat().flatMap((caption) => tokenise(caption)));
  const path = options.vectors ?? (await fetchVectors(report, signal));
  const vectors = await readVectors(path, recipe.words.frequent, words);
  const source = await readWordSource(options, train, vectors, report);
  const fitOn = (photos: CaptionedPhotos) => fitPhotoRecall(photos, source, recipe, report, signal);

  const held = Math.min(HELD_OUT, Math.floor(train.count / HELD_OUT_SHARE));
  report.say(`fitting without the last ${held} photographs of train, to measure among them`);
  const heldOut = await measureParts(
    await fitOn(somePhotos(train, 0, train.count - held)),
    somePhotos(train, train.count - held, train.count),
  );
  report.say(`fitting on all ${train.count} photographs of train`);
  const fitted = await fitOn(train);
  const dev = (await listSplits(data)).includes('dev')
    ? await measureParts(fitted, await readCaptionedPhotos(data, 'dev'))
    : undefined;
  const record: PhotoRecallRecord = {
    recipe,
    photographs: train.count,
    captions: train.captions.flat().length,
    figures: { heldOut, dev },
  };
  await writeStoredRecall(out, fitted.whole);
  const json = `${JSON.stringify(record, undefined, 1)}\n`;
  await writeFileAtomic(join(out, 'training.json'), new TextEncoder().encode(json));
  return record;
}

/** Encodes captions and class names once, for all fits. */
async function readWordSource(
  { sentences: folder = SENTENCE_MODEL_FOLDER, signal }: TrainPhotoRecallOptions,
  photos: CaptionedPhotos,
  vectors: WordVectors,
  report: Report,
): Promise<WordSource> {
  const captions = [...new Set(photos.captions.flat())];
  const encoded = await report.stage('encode captions', 'captions', (onProgress) =>
    encodeSentences(folder, captions, { signal, onProgress }),
  );
  const rowOf = new Map(captions.map((caption, row) => [caption, row]));
  const names = await encodeSentences(folder, await readClassNames(), { signal });
  return {
    vectors,
    names,
    sentencesOf: (wanted) => {
      const out = new Float32Array(wanted.length * SENTENCE_SIZE);
      for (const [at, caption] of wanted.entries()) {
        const row = rowOf.get(caption) ?? 0;
        out.set(encoded.subarray(row * SENTENCE_SIZE, (row + 1) * SENTENCE_SIZE), at * SENTENCE_SIZE);
      }
      return out;
    },
  };
}

async function measureParts({ parts, whole }: FittedPhotoRecall, photos: CaptionedPhotos) {
  return {
    photographs: photos.count,
    correlation: await measureRecall(parts.correlation, photos),
    contrast: await measureRecall(parts.contrast, photos),
    labels: await measureRecall(parts.labels, photos),
    whole: await measureRecall(whole, photos),
  };
}
