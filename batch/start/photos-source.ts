import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { featuresName, MODEL_FILES, readModel, sameFeatures } from '../../shared/generation/index.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import {
  openPretrainedEncoder,
  type PretrainedEncoder,
} from '../../shared/platform/pretrained/pretrained-encoder.ts';
import { SCHEMA_FILE } from '../data/index-fields.ts';
import {
  type ExtractOptions,
  type ExtractResult,
  extractPhotos,
  photoFeatureIdentity,
} from '../extraction/extract-photos.ts';
import { IMAGE_SERVER } from '../index/build-index.ts';
import type { IndexFolder } from '../index/index-folder.ts';
import { PHOTO_MODEL_FOLDER } from '../photo-training/model-folder.ts';
import { listedFiles } from '../photos/find/image-names.ts';
import { MODELS_FOLDER } from '../pretrained/defaults.ts';
import { findEncoder } from '../pretrained/find-encoder.ts';
import type { Report } from '../report.ts';
import { photosOfFolder } from '../serve/image-files.ts';
import type { DataSource, ServedImages } from './data-source.ts';

/** The only split of the data folder that is made of photographs. */
const SPLIT = 'photos';

export interface PhotosOptions
  extends Pick<ExtractOptions, 'limits' | 'gps' | 'threads' | 'processes' | 'device' | 'problems'> {
  /** A folder, or a list. */
  readonly photos: string;
  /** A model folder; the built-in one by default. */
  readonly checkpoint?: string | undefined;
  /** A pretrained encoder, by its folder or name; it takes the place of the model's recall encoder. */
  readonly encoder?: string | undefined;
  /** Where fetched encoders are. */
  readonly models?: string | undefined;
  /** False: serve what is there. */
  readonly build: boolean;
  /** Hears what was extracted. */
  readonly onExtracted?: ((result: ExtractResult) => void) | undefined;
}

/**
 * Photographs as data to search. Their features and the data folder made of them are kept in the index's folder; only what was
 * added or changed is extracted again. The model is checked now, because extraction takes time.
 *
 * @throws AppError `file_missing` for photographs or a model that are not there, `fingerprint_mismatch` for a model of other features; of
 *   `readModel` and `findEncoder`.
 */
export async function photosSource(options: PhotosOptions, index: IndexFolder): Promise<DataSource> {
  const { photos, build } = options;
  const model = options.checkpoint ?? PHOTO_MODEL_FOLDER;
  if (!existsSync(photos)) {
    throw new AppError('file_missing', `there are no photographs at ${photos}`, {
      hint: 'name a folder, or a list of photographs (.jsonl, .csv)',
    });
  }
  if (build) await assertPhotoModel(model, options.checkpoint !== undefined);
  const encoder = build ? await photoEncoder(options) : undefined;
  const folder = dataFolderOf(index, photos);
  return {
    folder,
    split: SPLIT,
    checkpoint: model,
    encoder,
    imagesUrl: IMAGE_SERVER,
    schema: () => schemaOf(photos),
    images: () => imagesOf(photos),
    prepare: async (report, signal) => {
      const { limits, gps, threads, processes, device, problems } = options;
      const result = await extractPhotos(
        {
          source: photos,
          data: folder,
          split: SPLIT,
          cache: index.photos,
          limits,
          gps,
          threads,
          processes,
          device,
          problems,
          encoder,
          signal,
        },
        report,
      );
      options.onExtracted?.(result);
      tellProblems(result, report);
    },
  };
}

/** The pretrained encoder that is named. @throws AppError of `findEncoder` and `openPretrainedEncoder`. */
export async function photoEncoder({
  encoder,
  models,
}: Pick<PhotosOptions, 'encoder' | 'models'>): Promise<PretrainedEncoder | undefined> {
  if (encoder === undefined) return undefined;
  return openPretrainedEncoder(await findEncoder(encoder, models ?? MODELS_FOLDER));
}

/** The data folder of photographs in an index; its name becomes that of the source in the manifest. */
function dataFolderOf(index: IndexFolder, photos: string): string {
  const path = resolve(photos);
  const name =
    basename(path)
      .replace(/[^\p{L}\p{N}._-]+/gu, '-')
      .replace(/^[.-]+/, '') || 'photos';
  const short = createHash('sha256').update(path).digest('hex').slice(0, 8);
  return join(index.photos, 'data', `${name}-${short}`);
}

/** The declaration of fields in a folder of photographs, or beside a list. */
function schemaOf(photos: string): string | undefined {
  const path = join(statSync(photos).isDirectory() ? photos : dirname(photos), SCHEMA_FILE);
  return existsSync(path) ? path : undefined;
}

async function imagesOf(photos: string): Promise<ServedImages> {
  if (statSync(photos).isDirectory()) return { where: photos, locate: photosOfFolder(photos) };
  let files = await listedFiles(photos);
  return {
    where: photos,
    locate: (name) => files.get(name),
    reload: async () => {
      files = await listedFiles(photos);
    },
  };
}

function tellProblems({ problems, problemsFile }: ExtractResult, report: Report): void {
  if (problems.length === 0) return;
  report.warn(`${problems.length.toLocaleString('en')} files could not be read; ${problemsFile} says why`);
}

async function assertPhotoModel(folder: string, named: boolean): Promise<void> {
  if (!existsSync(join(folder, MODEL_FILES.config))) {
    throw new AppError(
      'file_missing',
      named
        ? `${folder} is no model folder: it has no ${MODEL_FILES.config}`
        : `there is no built-in model for photographs in ${folder}`,
      {
        hint: 'pass --checkpoint DIR, a model folder that `gsmn model prepare` made for data of `gsmn photos extract`',
      },
    );
  }
  const { features } = await readModel(folderFiles(folder));
  const own = await photoFeatureIdentity();
  if (sameFeatures(features, own)) return;
  throw new AppError(
    'fingerprint_mismatch',
    `the model in ${folder} takes ${featuresName(features)}, photographs have ${featuresName(own)}`,
    { hint: 'use a model that was trained on data of `gsmn photos extract`' },
  );
}
