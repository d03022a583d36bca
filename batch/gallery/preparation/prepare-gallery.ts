import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/index.ts';
import { writeFileAtomic } from '../../../shared/platform/atomic-file.ts';
import { PAGE_FILES } from '../../data/page-content.ts';
import type { Report } from '../../report.ts';
import { GALLERY_SPLITS, type GallerySplit, makeGallery } from '../collection/index.ts';
import { chooseExamples } from './choose-examples.ts';
import { galleryVocabulary } from './gallery-vocabulary.ts';
import { readTwinCaptions } from './twin-captions.ts';

const EXAMPLE_PAIRS = 6;

export interface GalleryRequest {
  /** The data folder that is made. */
  readonly folder: string;
  readonly split: GallerySplit;
  /** The model folder whose vocabulary is used for the captions. */
  readonly model: string;
  /** Number of images; by default the usual one. */
  readonly count?: number | undefined;
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes the gallery's split as a data folder with sentences to try, or finds it.
 *
 * @throws AppError `conflict` if the folder holds other data, or a gallery for another model; of `makeGallery`.
 */
export async function prepareGallery(request: GalleryRequest): Promise<void> {
  const { folder, split, model, count, report, signal } = request;
  assertOurs(folder);
  const vocabulary = await galleryVocabulary(folder, split, model);
  if (!isMade(folder, split)) {
    report.say(`drawing the built-in gallery into ${folder}: once, a minute or two on two cores`);
  }
  const [made] = await makeGallery({
    folder,
    splits: [split],
    count,
    vocabulary,
    report,
    signal,
  });
  if (made === undefined || (made.found && existsSync(join(folder, PAGE_FILES.examples)))) return;
  const pairs = chooseExamples(await readTwinCaptions(folder, split), EXAMPLE_PAIRS);
  await writeFileAtomic(join(folder, PAGE_FILES.note), `${noteOf(made.pictures)}\n`);
  await writeFileAtomic(
    join(folder, PAGE_FILES.examples),
    `${pairs.map((pair) => pair.join('\n')).join('\n\n')}\n`,
  );
}

/** Whether a split of the gallery was made in a folder, by this version or another. */
function isMade(folder: string, split: GallerySplit): boolean {
  return existsSync(join(folder, `${split}_gallery.json`));
}

/** What the page says about the images. */
function noteOf(images: number): string {
  return (
    `${images.toLocaleString('en')} drawn images, no photographs: people, animals and things. ` +
    'Try the pairs of sentences: the same words, another image.'
  );
}

/** A folder with other contents is never written to. */
function assertOurs(folder: string): void {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const ours = GALLERY_SPLITS.some((split) => isMade(folder, split) || names.includes(`.making-${split}`));
  if (names.length === 0 || ours) return;
  throw new AppError('conflict', `${folder} holds other data, so the built-in gallery cannot be made there`, {
    hint: `search that data with --data ${folder}, or choose another place with --gallery DIR`,
  });
}
