import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/index.ts';
import { sha256Hex } from '../../../shared/generation/index.ts';
import { writeFileAtomic } from '../../../shared/platform/atomic-file.ts';
import { featureIdentityFile } from '../../data/feature-identity.ts';
import { splitFile } from '../../data/split-files.ts';
import { drawnRegions } from '../../features/drawn-regions/drawn-regions.ts';
import { featureIdentity } from '../../features/feature-source.ts';
import { type Report, silentReport } from '../../report.ts';
import { readVocabulary, type VocabularyFile } from '../../vocabulary/vocabulary-file.ts';
import { makeSplit } from './make-split.ts';
import { GALLERY_SPLITS, type GallerySplit, usualCount } from './plan.ts';
import { galleryFingerprint, readStamp, type Stamp, stampPath, writeStamp } from './stamp.ts';

const VOCABULARY = 'vocab.json';

export interface GalleryOptions {
  /** The data folder to write; other splits in it are kept. */
  readonly folder: string;
  readonly splits: readonly GallerySplit[];
  /** Images of each split; by default the usual numbers. */
  readonly count?: number | undefined;
  /** By default all cores of the machine. The files do not depend on it. */
  readonly threads?: number | undefined;
  readonly seed?: number | undefined;
  /** A vocabulary file; by default the folder's, or one made from the training captions. */
  readonly vocabulary?: string | undefined;
  readonly report?: Report | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A finished split. */
export interface MadeSplit extends Stamp {
  readonly split: GallerySplit;
  /** Whether it existed already, made with the same settings. */
  readonly found: boolean;
}

/**
 * Makes the built-in collection, or some of its splits, as a data folder: draws images from seeds, renders them, and
 * computes regions and features from their pixels. Equal settings give equal bytes. Each split is complete or missing,
 * and a finished one is not made again.
 *
 * @throws AppError `argument_invalid`, `file_missing` (the vocabulary), `format_invalid`, `file_unwritable`,
 * `cancelled`.
 */
export async function makeGallery(options: GalleryOptions): Promise<MadeSplit[]> {
  const made: MadeSplit[] = [];
  for (const split of GALLERY_SPLITS.filter((name) => options.splits.includes(name))) {
    options.signal?.throwIfAborted();
    made.push(await findOrMake(options, split));
  }
  return made;
}

async function findOrMake(options: GalleryOptions, split: GallerySplit): Promise<MadeSplit> {
  const { folder, seed = 0, count = usualCount(split), report = silentReport } = options;
  const vocabulary = await vocabularyFor(options, split);
  const fingerprint = await galleryFingerprint({
    split,
    seed,
    count,
    vocabulary: vocabulary === undefined ? 'of these captions' : await sha256Hex([vocabulary.text]),
    // No image of another split has the captions of a training image.
    ...(split === 'train' ? {} : { trainingImages: usualCount('train') }),
  });
  const stamp = await readStamp(folder, split);
  if (stamp?.fingerprint === fingerprint) {
    await nameFeatures(folder, split);
    return { ...stamp, split, found: true };
  }
  const request = {
    folder,
    split,
    count,
    seed,
    threads: options.threads ?? availableParallelism(),
    vocabulary,
    signal: options.signal,
  };
  const result = await report.stage(`gallery, ${split}`, 'images', (onProgress) =>
    makeSplit(request, onProgress, async ({ text }) => {
      // From here until the new stamp is written, the split does not count as made.
      await rm(stampPath(folder, split), { force: true });
      await writeFileAtomic(join(folder, VOCABULARY), text);
    }),
  );
  const fresh = { fingerprint, ...result };
  await writeStamp(folder, split, fresh);
  return { ...fresh, split, found: false };
}

/** A split from before features had names gets the name; its stamp shows that they are the same. */
async function nameFeatures(folder: string, split: GallerySplit): Promise<void> {
  const path = splitFile(folder, split, 'source');
  if (existsSync(path)) return;
  await writeFileAtomic(path, featureIdentityFile(featureIdentity(drawnRegions)));
}

/**
 * The vocabulary for the word ids of a split: the named one; otherwise for `train` its own, for others the folder's.
 */
async function vocabularyFor(
  { folder, vocabulary }: GalleryOptions,
  split: GallerySplit,
): Promise<VocabularyFile | undefined> {
  if (vocabulary !== undefined) return readVocabulary(vocabulary);
  if (split === 'train') return undefined;
  const path = join(folder, VOCABULARY);
  if (existsSync(path)) return readVocabulary(path);
  throw new AppError('argument_invalid', `there is no vocabulary for the gallery's ${split} split`, {
    hint: 'name one with --vocabulary FILE, or make the split train first, whose captions give one',
  });
}
