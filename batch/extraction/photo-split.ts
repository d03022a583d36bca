import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeNpy } from '../../shared/formats/npy/index.ts';
import type { WorkOptions } from '../../shared/model/index.ts';
import {
  readJsonFile,
  removeUnfinished,
  writeFileAtomic,
  writing,
} from '../../shared/platform/atomic-file.ts';
import type { PretrainedEncoder } from '../../shared/platform/pretrained/pretrained-encoder.ts';
import type { FeatureIdentity } from '../../shared/schema/index.ts';
import { encoderFile } from '../data/encoded-images.ts';
import { featureIdentityFile } from '../data/feature-identity.ts';
import { sizesFile } from '../data/image-sizes.ts';
import { NpyFile } from '../data/npy-file.ts';
import { SPLIT_FILES, splitFile } from '../data/split-files.ts';
import { regionBoxes } from '../features/photo-regions/grid-regions.ts';
import { describePhoto } from '../photos/facts/photo-metadata.ts';
import { imageNameOf } from '../photos/find/image-names.ts';
import type { CollectedPhoto } from '../photos/photo-collection.ts';
import type { PhotoFeatures } from './feature-maker.ts';

export interface PhotoSplit {
  /** The data folder. */
  readonly folder: string;
  readonly split: string;
  readonly photos: readonly CollectedPhoto[];
  readonly identity: FeatureIdentity;
  /** Numbers of `whole` of every photograph; undefined if there is none. */
  readonly wholeSize?: number | undefined;
  /** The features of a photograph, by its content. */
  readonly featuresOf: (sha256: string) => Promise<PhotoFeatures>;
  /** The vectors of a pretrained encoder, if there are some. */
  readonly encoded?: PhotoVectors | undefined;
}

/** The vectors of photographs by a pretrained encoder. */
export interface PhotoVectors {
  readonly encoder: Pick<PretrainedEncoder, 'name' | 'identity' | 'dimensions'>;
  /** `[dimensions]`, by the content of the photograph. */
  readonly vectorOf: (sha256: string) => Promise<Float32Array>;
}

/** Raised whenever the same photographs give other files. */
const VERSION = 1;
/** What the split was made from, and its files as they were then: `{split}_photographs.json`. */
const STAMP = 'photographs.json';
/** Made of captions by others, and so not a part of what is written here. */
const MADE_OF_CAPTIONS = ['captionIds', 'dependencies'] as const satisfies SplitFileKind[];
type SplitFileKind = keyof typeof SPLIT_FILES;

/**
 * Writes photographs as a split of a data folder (docs/data-folder.md), or leaves it as it is if it was made from the same and no file of
 * it was lost or changed since. While its files are exchanged, the split has no features, so nobody takes those of two states for one:
 * `{split}_ims.npy` is removed first and comes last. Word ids and parses of captions that changed are removed. Progress counts photographs.
 *
 * @returns whether it was written.
 * @throws AppError `file_unwritable`; of `featuresOf`; the signal's reason.
 */
export async function writePhotoSplit(
  { folder, split, photos, identity, wholeSize, featuresOf, encoded }: PhotoSplit,
  { signal, onProgress }: WorkOptions = {},
): Promise<boolean> {
  const texts = textFiles(photos);
  const stamp = async () => ({
    ...stampOf(photos, texts, identity, encoded?.encoder.identity),
    files: await fileStates(folder, split),
  });
  const stampPath = join(folder, `${split}_${STAMP}`);
  const path = (file: SplitFileKind) => splitFile(folder, split, file);
  if (JSON.stringify(await readStamp(stampPath)) === JSON.stringify(await stamp())) return false;

  await writing(folder, () => mkdir(folder, { recursive: true }));
  await removeUnfinished(folder);
  const { regions, featureSize } = identity;
  const features = await NpyFile.create(path('features'), [photos.length, regions, featureSize], 'float16');
  try {
    const whole =
      wholeSize === undefined ? undefined : await NpyFile.create(path('whole'), [photos.length, wholeSize]);
    try {
      for (const [index, { inspection }] of photos.entries()) {
        signal?.throwIfAborted();
        const found = await featuresOf(inspection.sha256);
        await features.append(found.regions);
        if (found.whole !== undefined) await whole?.append(found.whole);
        onProgress?.(index + 1, photos.length);
      }
      await remove(path('features'));
      if (whole === undefined) await remove(path('whole'));
      await whole?.finish();
      await writeVectors(path, photos, encoded, signal);
    } catch (thrown) {
      await whole?.discard();
      throw thrown;
    }
    await writeFileAtomic(path('boxes'), boxesFile(photos, regions));
    await writeFileAtomic(path('sizes'), sizesFile(sizesOf(photos)));
    await writeFileAtomic(path('source'), featureIdentityFile(identity));
    const captions = texts.find(([file]) => file === 'captionTexts')?.[1];
    const before = await readFile(path('captionTexts'), 'utf8').catch(() => undefined);
    if (captions === undefined || captions !== before) {
      for (const file of MADE_OF_CAPTIONS) await remove(path(file));
    }
    for (const [file, text] of texts) {
      if (text === undefined) await remove(path(file));
      else await writeFileAtomic(path(file), text);
    }
    await features.finish();
  } catch (thrown) {
    await features.discard();
    throw thrown;
  }
  await writeFileAtomic(stampPath, `${JSON.stringify(await stamp())}\n`);
  return true;
}

/** Writes the vectors of a pretrained encoder; without one, those of an earlier one are removed. */
async function writeVectors(
  path: (file: keyof typeof SPLIT_FILES) => string,
  photos: readonly CollectedPhoto[],
  encoded: PhotoVectors | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  await remove(path('encoded'));
  await remove(path('encoder'));
  if (encoded === undefined) return;
  const { encoder, vectorOf } = encoded;
  await writeFileAtomic(path('encoder'), encoderFile(encoder));
  const vectors = await NpyFile.create(path('encoded'), [photos.length, encoder.dimensions]);
  try {
    for (const { inspection } of photos) {
      signal?.throwIfAborted();
      await vectors.append(await vectorOf(inspection.sha256));
    }
    await vectors.finish();
  } catch (thrown) {
    await vectors.discard();
    throw thrown;
  }
}

function remove(path: string): Promise<void> {
  return writing(path, () => rm(path, { force: true }));
}

/** Every text of the split; undefined for files that it has not. */
function textFiles(
  photos: readonly CollectedPhoto[],
): readonly (readonly [SplitFileKind, string | undefined])[] {
  const described = photos.map(describePhoto);
  const captions = described.flatMap(({ captions: own }, image) =>
    own.map(inOneLine).flatMap((text) => (text === '' ? [] : [{ text, image }])),
  );
  const of = (entries: readonly string[]) =>
    entries.length === 0 ? undefined : entries.map((entry) => `${entry}\n`).join('');
  return [
    ['captionTexts', of(captions.map(({ text }) => text))],
    ['captionImages', of(captions.map(({ image }) => String(image)))],
    ['imageNames', of(photos.map(imageNameOf))],
    ['metadata', of(described.map(({ metadata }) => JSON.stringify(metadata)))],
  ];
}

/** Captions are lines of a file. */
function inOneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\s]+/gu, ' ').trim();
}

function boxesFile(photos: readonly CollectedPhoto[], regions: number): Uint8Array {
  const boxes = new Float32Array(photos.length * regions * 4);
  for (const [row, { inspection }] of photos.entries()) {
    boxes.set(regionBoxes(inspection.width, inspection.height), row * regions * 4);
  }
  return writeNpy({ shape: [photos.length, regions, 4], data: boxes });
}

function sizesOf(photos: readonly CollectedPhoto[]): Int32Array {
  return Int32Array.from(photos.flatMap(({ inspection }) => [inspection.width, inspection.height]));
}

/** What the split was made from. */
function stampOf(
  photos: readonly CollectedPhoto[],
  texts: ReturnType<typeof textFiles>,
  identity: FeatureIdentity,
  encoder: string | undefined,
): { readonly format: string; readonly version: number; readonly sha256: string } {
  const hash = createHash('sha256').update(
    JSON.stringify([identity, texts, ...(encoder === undefined ? [] : [encoder])]),
  );
  for (const { inspection } of photos) {
    const { sha256, width, height } = inspection;
    hash.update(JSON.stringify([sha256, width, height]));
  }
  return { format: 'gsmn-photographs', version: VERSION, sha256: hash.digest('hex') };
}

/** Size and time of change of each file: a file that was lost, cut or written by others has another state, or none. */
async function fileStates(folder: string, split: string): Promise<Readonly<Record<string, string>>> {
  const states: Record<string, string> = {};
  for (const file of Object.keys(SPLIT_FILES) as SplitFileKind[]) {
    if (MADE_OF_CAPTIONS.some((other) => other === file)) continue;
    const found = await stat(splitFile(folder, split, file), { bigint: true }).catch(() => undefined);
    if (found !== undefined) states[SPLIT_FILES[file]] = `${found.size} ${found.mtimeNs}`;
  }
  return states;
}

/** Undefined if there is none that can be read: the split is written again. */
async function readStamp(path: string): Promise<unknown> {
  return readJsonFile(path).catch(() => undefined);
}
