import { AppError } from '../../shared/errors/index.ts';
import { boxesInPixels } from './box-format.ts';
import { parseCaptionIds } from './caption-ids.ts';
import { captionsByImage } from './caption-images.ts';
import { parseDependencies } from './dependencies.ts';
import { openEncodedImages } from './encoded-images.ts';
import { readFeatureIdentity } from './feature-identity.ts';
import { imageBoxes, readStoredBoxes, rowOfEachImage } from './image-boxes.ts';
import { type FeatureFile, openFeatures } from './image-features.ts';
import { featureRows } from './image-rows.ts';
import { parseMetadata } from './metadata.ts';
import { assertPlausibleBoxes } from './plausible-boxes.ts';
import type { OpenSplitOptions, Split } from './split.ts';
import { listSplits, splitFile } from './split-files.ts';
import { assertCount, splitLayout } from './split-layout.ts';
import { readEntries, readJson } from './text-files.ts';
import { openWholeImages } from './whole-images.ts';

/**
 * Opens a split of a data folder (docs/data-folder.md): one row or five equal rows for each image, any number of captions for each
 * image, sizes as dicts or structured, features of any number type. Features are read in ranges, everything else completely. What
 * cannot be is refused, what is odd is noted.
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
  { vocabularySize, boxFormat = 'xyxy' }: OpenSplitOptions,
): Promise<Split> {
  const path = (kind: Parameters<typeof splitFile>[2]): string => splitFile(folder, split, kind);
  const captionIds = await readEntries(path('captionIds'), 'a caption as word ids');
  const captionTexts = await readEntries(path('captionTexts'), 'a caption');
  const captions = captionIds?.length ?? captionTexts?.length ?? 0;
  const features = await readFeatureIdentity(path('source'), file);
  const found = await readStoredBoxes(
    { boxes: path('boxes'), sizes: path('sizes') },
    file.rows,
    file.regions,
  );
  const captionFile = {
    path: path('captionImages'),
    lines: await readEntries(path('captionImages'), 'the row of the image of a caption'),
  };
  const layout = await splitLayout({
    features: file,
    boxes: found,
    captions,
    captionsPath: path(captionIds ? 'captionIds' : 'captionTexts'),
    captionImages: captionFile,
  });
  const { images, rowsPerImage, captionImages } = layout;
  if (captionTexts) assertCount(path('captionTexts'), 'captions', captionTexts.length, captions);
  const ofImages = captionsByImage(captionImages, images);
  const records = await readImageRecords({ names: path('imageNames'), metadata: path('metadata') }, images);
  const label = imageLabel(records.imageNames);
  const notes = assertPlausibleBoxes(rowOfEachImage(found, rowsPerImage), boxFormat, label);
  const stored = boxesInPixels(found, boxFormat);
  const dependencies = await readDependencies(path('dependencies'), captions);
  const ids = parseCaptionIds(path('captionIds'), captionIds ?? [], vocabularySize);
  // Last, because they are to be closed.
  const encoded = await openEncodedImages(
    { vectors: path('encoded'), encoder: path('encoder') },
    images,
    label,
  );
  const whole = await openWholeImages(path('whole'), images, label).catch(async (thrown: unknown) => {
    await encoded?.close();
    throw thrown;
  });
  return {
    ...featureRows(file, layout, label),
    whole,
    encoded,
    ...imageBoxes(rowOfEachImage(stored, rowsPerImage)),
    ...records,
    folder,
    split,
    features,
    rowsPerImage,
    stored,
    boxFormat,
    captionImages,
    captionsOf: (image) => ofImages[image] ?? [],
    captionIds: ids,
    captionTexts,
    dependencies,
    notes,
    close: async () => {
      await file.close();
      await whole?.close();
      await encoded?.close();
    },
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
  const names = await readEntries(paths.names, 'a file name or an address of an image');
  if (names) assertCount(paths.names, 'images', names.length, images);
  const metadata = await readEntries(paths.metadata, 'the JSON object of an image');
  if (metadata) assertCount(paths.metadata, 'images', metadata.length, images);
  return { imageNames: names, metadata: metadata && parseMetadata(paths.metadata, metadata) };
}

/** Names an image in messages: its number, counted from 0, and its name if the data has one. */
function imageLabel(names: readonly string[] | undefined): (image: number) => string {
  return (image) => {
    const name = names?.[image];
    return name === undefined ? `image ${image}` : `image ${image} (${name})`;
  };
}
