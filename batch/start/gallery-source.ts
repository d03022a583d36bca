import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import {
  featuresName,
  GENERATION_PATHS,
  MODEL_FILES,
  readModel,
  sameFeatures,
} from '../../shared/generation/index.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import { drawnRegions } from '../features/drawn-regions/drawn-regions.ts';
import { featureIdentity } from '../features/feature-source.ts';
import { GALLERY_SPLITS, type GallerySplit } from '../gallery/collection/index.ts';
import { galleryModelFolder } from '../gallery/model-folder.ts';
import { prepareGallery } from '../gallery/preparation/prepare-gallery.ts';
import type { IndexFolder } from '../index/index-folder.ts';
import { linesOf } from '../index/point-files.ts';
import { type DataSource, imagesOfData } from './data-source.ts';
import type { StartOptions } from './start-options.ts';

/**
 * The built-in gallery, which is drawn when the index is built. Its model is the built-in one, or a model folder named
 * by `--checkpoint`; it is checked now, because drawing takes time.
 *
 * @throws AppError `file_missing` when there is no model, `fingerprint_mismatch` when it takes other features,
 * `argument_invalid` for a split that the gallery has not; of `readModel`.
 */
export async function gallerySource(options: StartOptions): Promise<DataSource> {
  const split = gallerySplit(options);
  const model = options.checkpoint ?? galleryModelFolder();
  if (options.build) await assertModel(model);
  return {
    folder: options.gallery,
    split,
    checkpoint: model,
    images: async () => imagesOfData(options.gallery),
    prepare: (report, signal) => prepareGallery({ folder: options.gallery, split, model, report, signal }),
  };
}

/**
 * Whether an index holds the built-in gallery: other data has another name, another split, or other names of images.
 */
export async function servesGallery(index: IndexFolder, options: StartOptions): Promise<boolean> {
  const active = await index.active();
  if (active === undefined) return false;
  const split = gallerySplit(options);
  const { source } = await index.manifest(active.generation);
  if (source.name !== basename(resolve(options.gallery)) || source.split !== split) return false;
  const payload = await firstLine(join(index.generation(active.generation), GENERATION_PATHS.imagePayloads));
  return payload?.includes(`"name":"${split}/00000.webp"`) === true;
}

function gallerySplit({ split: asked = 'test' }: StartOptions): GallerySplit {
  const split = GALLERY_SPLITS.find((name) => name === asked);
  if (split !== undefined) return split;
  throw new AppError('argument_invalid', `the built-in gallery has no split "${asked}"`, {
    hint: `its splits are ${GALLERY_SPLITS.join(', ')}; --data DIR searches other data`,
  });
}

async function firstLine(path: string): Promise<string | undefined> {
  if (!existsSync(path)) return undefined;
  for await (const line of linesOf(path)) return line;
  return undefined;
}

async function assertModel(folder: string): Promise<void> {
  if (!existsSync(join(folder, MODEL_FILES.config))) {
    throw new AppError('file_missing', `there is no model of the built-in gallery in ${folder}`, {
      hint: '`npm run train:gallery` makes it; or search your own images: pass --data DIR (with a checkpoint in it, or --checkpoint FILE), or --index DIR of an existing index',
    });
  }
  const { features } = await readModel(folderFiles(folder));
  const drawn = featureIdentity(drawnRegions);
  if (sameFeatures(features, drawn)) return;
  throw new AppError(
    'fingerprint_mismatch',
    `the model in ${folder} takes ${featuresName(features)}, the built-in gallery has ${featuresName(drawn)}`,
    {
      hint:
        features === undefined
          ? `if it was trained on the gallery, add "features": ${JSON.stringify(drawn)} to its ${MODEL_FILES.config}; \`npm run train:gallery\` trains one`
          : '`npm run train:gallery` trains one for the gallery as it is drawn now',
    },
  );
}
