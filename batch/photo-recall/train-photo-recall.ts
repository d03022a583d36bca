import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { canonicalJson, sha256Hex } from '../../shared/generation/index.ts';
import { readJsonFile, writeFileAtomic, writing } from '../../shared/platform/atomic-file.ts';
import { SENTENCE_MODEL_FOLDER } from '../../shared/platform/sentence-model-files.ts';
import { tokenise } from '../../shared/text/index.ts';
import { fingerprintSplit } from '../data/fingerprint-split.ts';
import { listSplits } from '../data/split-files.ts';
import { readClassNames } from '../features/photo-regions/model-file.ts';
import { writeStoredRecall } from '../model/stored-recall.ts';
import type { Report } from '../report.ts';
import { fetchVectors } from '../word-vectors/fetch-vectors.ts';
import { readVectors, type WordVectors } from '../word-vectors/read-vectors.ts';
import { bothPhotos, type CaptionedPhotos, readCaptionedPhotos } from './captioned-photos.ts';
import { type FittedPhotoRecall, fitPhotoRecall, type WordSource } from './fit-photo-recall.ts';
import { measureRecall, type PhotoRecallFigures } from './measure-recall.ts';
import type { PhotoRecallRecipe } from './recipe.ts';
import { encodeSentences, SENTENCE_SIZE } from './sentences/sentence-encoder.ts';

/** Photographs without which no fit is worth anything. Chosen. */
const FEWEST_PHOTOS = 50;
/** Raised when the same photographs and recipe give another encoder. */
const VERSION = 1;

export interface TrainPhotoRecallOptions {
  /** A data folder whose photographs have captions and descriptions, with the splits `train`, `dev` and perhaps `test`. */
  readonly data: string;
  /** The folder that `photoRecallFolders` names the parts of. */
  readonly out: string;
  /** A file of word vectors; fetched if none is named. */
  readonly vectors?: string | undefined;
  /** The folder of the sentence encoder; by default that of `npm run setup:sentence-model`. */
  readonly sentences?: string | undefined;
  readonly recipe: PhotoRecallRecipe;
  readonly signal?: AbortSignal | undefined;
}

type PartFigures = Readonly<Record<'correlation' | 'contrast' | 'labels' | 'whole', PhotoRecallFigures>>;

/** How a recall encoder was trained, and what it finds. */
export interface PhotoRecallRecord {
  /** SHA-256 of recipe and data. */
  readonly made: string;
  readonly recipe: PhotoRecallRecipe;
  readonly photographs: number;
  readonly captions: number;
  readonly figures: {
    /** Of the fit on `train`, among the photographs of `dev`. */
    readonly dev: { readonly photographs: number } & PartFigures;
    /** Of the fit on `train` and `dev`, among those of `test`, which nothing was fitted or chosen on. */
    readonly test?: ({ readonly photographs: number } & PartFigures) | undefined;
  };
}

/** The two fits, each `coarse.json` and `coarse.safetensors`, and the record of both. */
export function photoRecallFolders(out: string) {
  return { train: join(out, 'train'), all: join(out, 'all'), record: join(out, 'recall.json') };
}

/**
 * Trains the recall encoder of photographs twice: on `train`, to measure it on `dev` (and to weigh it against GSMN there), and on both
 * splits, to be used. Does nothing if the folder has what the same recipe made of the same data.
 *
 * @throws AppError of the readers; `argument_invalid` for too few photographs, `file_missing` without `dev`, `diverged`,
 *   `file_unwritable`.
 */
export async function trainPhotoRecall(
  options: TrainPhotoRecallOptions,
  report: Report,
): Promise<PhotoRecallRecord> {
  const { data, out, recipe, signal } = options;
  const folders = photoRecallFolders(out);
  const splits = await splitsOf(data);
  const made = await report.stage('read the data', 'bytes', async (onProgress) => {
    const sums: string[] = [];
    for (const split of splits) sums.push(split, await fingerprintSplit(data, split, { signal, onProgress }));
    return sha256Hex([canonicalJson({ version: VERSION, recipe, sums })]);
  });
  const before = await readJsonFile(folders.record).catch(() => undefined);
  if (isRecordOf(before, made)) return before;

  // All splits are read first: what cannot be measured later is noticed now.
  const read = async (split: string) =>
    splits.includes(split) ? readCaptionedPhotos(data, split) : undefined;
  const [train, dev, test] = await Promise.all([read('train'), read('dev'), read('test')]);
  if (train === undefined || dev === undefined || train.count < FEWEST_PHOTOS) {
    throw new AppError(
      'argument_invalid',
      `${data}: ${train?.count ?? 0} photographs of train have captions, training needs ${FEWEST_PHOTOS}`,
    );
  }
  const all = bothPhotos(train, dev);
  const words = new Set(all.captions.flat().flatMap((caption) => tokenise(caption)));
  const path = options.vectors ?? (await fetchVectors(report, signal));
  const vectors = await readVectors(path, recipe.words.frequent, words);
  const source = await readWordSource(options, all, vectors, report);
  const fitInto = async (folder: string, photos: CaptionedPhotos) => {
    report.say(`fitting on ${photos.count.toLocaleString('en')} photographs`);
    const fitted = await fitPhotoRecall(photos, source, recipe, report, signal);
    await writing(folder, () => mkdir(folder, { recursive: true }));
    await writeStoredRecall(folder, fitted.whole);
    return fitted;
  };
  const heldOut = await measureParts(await fitInto(folders.train, train), dev);
  const final = await fitInto(folders.all, all);
  const record: PhotoRecallRecord = {
    made,
    recipe,
    photographs: all.count,
    captions: all.captions.flat().length,
    figures: { dev: heldOut, test: test && (await measureParts(final, test)) },
  };
  const json = `${JSON.stringify(record, undefined, 1)}\n`;
  await writeFileAtomic(folders.record, new TextEncoder().encode(json));
  return record;
}

async function splitsOf(data: string): Promise<string[]> {
  const present = await listSplits(data);
  for (const needed of ['train', 'dev']) {
    if (present.includes(needed)) continue;
    throw new AppError('file_missing', `${data} has no split ${needed}: there is no ${needed}_ims.npy`, {
      hint: 'training needs `train`, and other photographs in `dev`: `gsmn photos extract --split`',
    });
  }
  return ['train', 'dev', 'test'].filter((split) => present.includes(split));
}

/** Anything else in its place is written anew. */
function isRecordOf(found: unknown, made: string): found is PhotoRecallRecord {
  return typeof found === 'object' && found !== null && 'made' in found && found.made === made;
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
