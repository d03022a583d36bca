import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/index.ts';
import { sha256Hex } from '../../../shared/generation/index.ts';
import { writeFileAtomic } from '../../../shared/platform/atomic-file.ts';
import { featureIdentityFile } from '../../data/feature-identity.ts';
import { splitFile } from '../../data/split-files.ts';
import { drawnRegions } from '../../features/drawn-regions/index.ts';
import { featureIdentity } from '../../features/feature-source.ts';
import { type Report, silentReport } from '../../report.ts';
import { readVocabulary, type VocabularyFile } from '../../vocabulary/vocabulary-file.ts';
import { makeSplit } from './make-split.ts';
import { GALLERY_SPLITS, type GallerySplit, usualCount } from './plan.ts';
import { galleryFingerprint, readStamp, type Stamp, stampPath, writeStamp } from './stamp.ts';

const VOCABULARY = 'vocab.json';

export interface GalleryOptions {
  /** The data folder to write; other splits in it stay. */
  readonly folder: string;
  readonly splits: readonly GallerySplit[];
  /** Pictures of each split; the usual numbers when absent. */
  readonly count?: number | undefined;
  /** As many as the machine has cores, when absent. The files do not depend on it. */
  readonly threads?: number | undefined;
  readonly seed?: number | undefined;
  /** A vocabulary file; without one that of the folder serves, or the training captions make one. */
  readonly vocabulary?: string | undefined;
  readonly report?: Report | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A split that is there now. */
export interface MadeSplit extends Stamp {
  readonly split: GallerySplit;
  /** Whether it was there already, made with the same settings. */
  readonly found: boolean;
}

/**
 * Makes the built-in collection, or some splits of it, as a data folder: draws pictures from seeds, renders them, and
 * takes regions and features from their pixels. Equal settings give equal bytes. Each split is there whole or not at
 * all, and one that is there is not made again.
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
  const result = await report.stage(`gallery, ${split}`, 'pictures', (onProgress) =>
    makeSplit(request, onProgress, async ({ text }) => {
      // From here until the new stamp the split does not count as made.
      await rm(stampPath(folder, split), { force: true });
      await writeFileAtomic(join(folder, VOCABULARY), text);
    }),
  );
  const fresh = { fingerprint, ...result };
  await writeStamp(folder, split, fresh);
  return { ...fresh, split, found: false };
}

/** A split that was made before its features had a name gets one: the stamp says that they are the same. */
async function nameFeatures(folder: string, split: GallerySplit): Promise<void> {
  const path = splitFile(folder, split, 'source');
  if (existsSync(path)) return;
  await writeFileAtomic(path, featureIdentityFile(featureIdentity(drawnRegions)));
}

/**
 * The vocabulary that a split's captions are written in: the one named, for `train` else its own, for others the
 * folder's.
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
    hint: 'name one with --vocabulary FILE, or make the split train first: its captions give one',
  });
}
