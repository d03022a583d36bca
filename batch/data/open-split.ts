import { AppError } from '../../shared/errors/index.ts';
import { parseCaptionIds } from './caption-ids.ts';
import { captionsByImage } from './caption-images.ts';
import { parseDependencies } from './dependencies.ts';
import { readFeatureIdentity } from './feature-identity.ts';
import { imageBoxes, readStoredBoxes } from './image-boxes.ts';
import { type FeatureFile, openFeatures } from './image-features.ts';
import { featureRows } from './image-rows.ts';
import { parseMetadata } from './metadata.ts';
import type { OpenSplitOptions, Split } from './split.ts';
import { listSplits, splitFile } from './split-files.ts';
import { assertCount, splitLayout } from './split-layout.ts';
import { readJson, readLines } from './text-files.ts';

/**
 * Opens a split of a data folder (docs/data-folder.md): one row or five equal rows for each image, any number of captions for each
 * image, sizes as dicts or structured, features of any number type. Features are read in ranges, everything else completely.
 *
 * @throws AppError `file_missing`, `file_unreadable`, `format_invalid`, `shape_mismatch`.
 */
export async function openSplit(
  folder: string,
  split: string,
  options: OpenSplitOptions = {},
): Promise<Split> {
  const splits = await listSplits(folder);
  if (!splits.includes(split)) {
    throw new AppError('file_missing', `${folder} has no split "${split}": there is no ${split}_ims.npy`, {
      hint:
        splits.length > 0
          ? `it has ${splits.join(', ')}`
          : 'it is not a data folder: it has no {split}_ims.npy',
    });
  }
  const file = await openFeatures(splitFile(folder, split, 'features'));
  try {
    return await readSplit(file, folder, split, options);
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

async function readSplit(
  file: FeatureFile,
  folder: string,
  split: string,
  { vocabularySize }: OpenSplitOptions,
): Promise<Split> {
  const path = (kind: Parameters<typeof splitFile>[2]): string => splitFile(folder, split, kind);
  const captionIds = await readLines(path('captionIds'));
  const captionTexts = await readLines(path('captionTexts'));
  const captions = captionIds?.length ?? captionTexts?.length ?? 0;
  const features = await readFeatureIdentity(path('source'), file);
  const stored = await readStoredBoxes(
    { boxes: path('boxes'), sizes: path('sizes') },
    file.rows,
    file.regions,
  );
  const captionFile = { path: path('captionImages'), lines: await readLines(path('captionImages')) };
  const layout = await splitLayout({ features: file, boxes: stored, captions, captionImages: captionFile });
  const { images, rowsPerImage, captionImages } = layout;
  if (captionTexts) assertCount(path('captionTexts'), 'captions', captionTexts.length, captions);
  const ofImages = captionsByImage(captionImages, images);
  return {
    ...featureRows(file, layout),
    ...imageBoxes(stored, images, rowsPerImage),
    folder,
    split,
    features,
    rowsPerImage,
    stored,
    captionImages,
    captionsOf: (image) => ofImages[image] ?? [],
    captionIds: parseCaptionIds(path('captionIds'), captionIds ?? [], vocabularySize),
    captionTexts,
    dependencies: await readDependencies(path('dependencies'), captions),
    ...(await readImageRecords({ names: path('imageNames'), metadata: path('metadata') }, images)),
    close: () => file.close(),
  };
}

async function readDependencies(path: string, captions: number): Promise<Split['dependencies']> {
  const value = await readJson(path);
  if (value === undefined) return undefined;
  const parses = parseDependencies(path, value);
  assertCount(path, 'captions', parses.length, captions);
  return parses;
}

async function readImageRecords(
  paths: { readonly names: string; readonly metadata: string },
  images: number,
): Promise<Pick<Split, 'imageNames' | 'metadata'>> {
  const names = await readLines(paths.names);
  if (names) assertCount(paths.names, 'images', names.length, images);
  const empty = names?.findIndex((name) => name.trim() === '') ?? -1;
  if (empty >= 0) {
    throw new AppError('format_invalid', `${paths.names}:${empty + 1} is empty`, {
      hint: 'each line names an image: a file name or a URL',
    });
  }
  const metadata = await readLines(paths.metadata);
  if (metadata) assertCount(paths.metadata, 'images', metadata.length, images);
  return { imageNames: names, metadata: metadata && parseMetadata(paths.metadata, metadata) };
}
