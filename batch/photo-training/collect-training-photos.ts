import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { writeFileAtomic, writing } from '../../shared/platform/atomic-file.ts';
import { type ExtractOptions, extractPhotos } from '../extraction/extract-photos.ts';
import { findPhotos } from '../photos/find/find-photos.ts';
import type { PhotoEntry } from '../photos/find/photo-entry.ts';
import type { Report } from '../report.ts';

/** Photographs that are left out of training, to measure and choose on, and their largest share (an eighth). Chosen. */
const [HELD_OUT, HELD_OUT_SHARE] = [500, 8];

export interface TrainingPhotosOptions {
  /** Lists of captioned photographs; those of `test` are only measured on. */
  readonly photos: string;
  readonly test?: string | undefined;
  /** The data folder to write, and where descriptions are kept. */
  readonly data: string;
  readonly cache: string;
  readonly processes?: number | undefined;
  /** What describes them; the processor by default. */
  readonly device?: ExtractOptions['device'];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Describes the captioned photographs of a list as the splits `train` and `dev`, its last photographs, and those of another list as
 * `test`. What was described before is not described again.
 *
 * @throws AppError `file_missing` if the list has no captions; of `findPhotos` and `extractPhotos`.
 */
export async function collectTrainingPhotos(options: TrainingPhotosOptions, report: Report): Promise<void> {
  const { photos, test, data, cache, processes, device, signal } = options;
  const own = await captionedPlaces(photos);
  const held = Math.min(HELD_OUT, Math.floor(own.length / HELD_OUT_SHARE));
  await writing(data, () => mkdir(data, { recursive: true }));
  const extract = async (split: string, source: string): Promise<void> => {
    const problems = join(data, `${split}_problems.jsonl`);
    const result = await extractPhotos(
      { source, data, split, cache, problems, processes, device, signal },
      report,
    );
    if (result.problems.length > 0) {
      report.warn(`${result.problems.length} photographs of ${split} cannot be read; ${problems} says why`);
    }
  };
  for (const [split, places] of [
    ['train', own.slice(0, own.length - held)],
    ['dev', own.slice(own.length - held)],
  ] as const) {
    const list = join(data, `${split}.jsonl`);
    await writeFileAtomic(list, places.flat().map(listLine).join(''));
    await extract(split, list);
  }
  if (test !== undefined) await extract('test', test);
}

/** The entries with captions; all those of one file or address together, so that it is in one split only. */
async function captionedPlaces(source: string): Promise<PhotoEntry[][]> {
  const places = new Map<string, PhotoEntry[]>();
  for await (const found of findPhotos(source)) {
    if (found.kind === 'problem' || (found.given?.captions.length ?? 0) === 0) continue;
    const place = Object.values(found.location).join();
    const others = places.get(place);
    if (others === undefined) places.set(place, [found]);
    else others.push(found);
  }
  if (places.size > 0) return [...places.values()];
  throw new AppError('file_missing', `${source} has no photographs with captions`, {
    hint: 'training needs a list (.jsonl, .csv) with path or url, and caption',
  });
}

function listLine({ id, location, given }: PhotoEntry): string {
  return `${JSON.stringify({ id, ...location, captions: given?.captions })}\n`;
}
