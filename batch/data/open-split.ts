import { AppError } from '../../shared/errors/index.ts';
import { CAPTIONS_PER_IMAGE } from '../../shared/retrieval/index.ts';
import { parseCaptionIds } from './caption-ids.ts';
import { parseDependencies } from './dependencies.ts';
import { readStoredBoxes } from './image-boxes.ts';
import { type FeatureFile, featureRows, openFeatures } from './image-features.ts';
import { parseMetadata } from './metadata.ts';
import type { OpenSplitOptions, Split } from './split.ts';
import { listSplits, splitFile } from './split-files.ts';
import { assertCount, type SplitLayout, splitLayout } from './split-layout.ts';
import { readJson, readLines } from './text-files.ts';

/**
 * Opens a split of a data folder in the released layout: a row per image or five equal rows an image, sizes as dicts or
 * structured, features of any number type. Features are read by ranges, all else whole. `dev` is cut to its first 5000
 * captions, as the released loader does.
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
          : 'it is no data folder: it holds no {split}_ims.npy',
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
  const layout = splitLayout(file.path, split, file.rows, captions);
  const rows = featureRows(file, layout);
  if (captionTexts) assertCount(path('captionTexts'), 'captions', captionTexts.length, layout.storedCaptions);
  return {
    ...rows,
    folder,
    split,
    boxes: await readStoredBoxes({ boxes: path('boxes'), sizes: path('sizes') }, layout, file.regions),
    captionsPerImage: layout.captions === 0 ? 0 : CAPTIONS_PER_IMAGE,
    captionIds: parseCaptionIds(
      path('captionIds'),
      (captionIds ?? []).slice(0, layout.captions),
      vocabularySize,
    ),
    captionTexts: captionTexts?.slice(0, layout.captions),
    dependencies: await readDependencies(path('dependencies'), layout),
    ...(await readImageRecords({ names: path('imageNames'), metadata: path('metadata') }, layout)),
    close: () => file.close(),
  };
}

async function readDependencies(path: string, layout: SplitLayout): Promise<Split['dependencies']> {
  const value = await readJson(path);
  if (value === undefined) return undefined;
  const parses = parseDependencies(path, value);
  assertCount(path, 'captions', parses.length, layout.storedCaptions);
  return parses.slice(0, layout.captions);
}

async function readImageRecords(
  paths: { readonly names: string; readonly metadata: string },
  { images, storedImages }: SplitLayout,
): Promise<Pick<Split, 'imageNames' | 'metadata'>> {
  const names = await readLines(paths.names);
  if (names) assertCount(paths.names, 'images', names.length, storedImages);
  const empty = names?.findIndex((name) => name.trim() === '') ?? -1;
  if (empty >= 0) {
    throw new AppError('format_invalid', `${paths.names}:${empty + 1} is empty`, {
      hint: 'each line names an image: a file name or a URL',
    });
  }
  const metadata = await readLines(paths.metadata);
  if (metadata) assertCount(paths.metadata, 'images', metadata.length, storedImages);
  return {
    imageNames: names?.slice(0, images),
    metadata: metadata && parseMetadata(paths.metadata, metadata.slice(0, images)),
  };
}
