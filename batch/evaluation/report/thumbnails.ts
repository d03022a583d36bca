import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { writing } from '../../../shared/platform/atomic-file.ts';
import { imageFilePath } from '../../data/image-files.ts';

/** Pixels of the longer side: sharp enough for a phone's screen, a few KiB each. */
const SIDE = 360;

/** The small copies that were made, and why others were not. */
export interface Thumbnails {
  /** Paths relative to the report's folder, by image. */
  readonly paths: ReadonlyMap<number, string>;
  readonly notes: readonly string[];
}

/**
 * Writes small copies of images to `target/pictures/`, named by their index in the split.
 *
 * A name in the data folder means a file below `images/`, and nothing outside. Addresses are not fetched.
 *
 * @throws AppError `file_unwritable`.
 */
export async function writeThumbnails(
  source: string,
  target: string,
  images: ReadonlyMap<number, string>,
): Promise<Thumbnails> {
  const paths = new Map<number, string>();
  const missing: string[] = [];
  await writing(target, () => mkdir(join(target, 'pictures'), { recursive: true }));
  for (const [image, name] of images) {
    const path = imageFilePath(name);
    const bytes = path && (await thumbnail(join(source, path)));
    if (bytes === undefined) {
      missing.push(name);
      continue;
    }
    const small = `pictures/${image}.webp`;
    await writing(join(target, small), () => writeFile(join(target, small), bytes));
    paths.set(image, small);
  }
  const [first] = missing;
  const notes =
    first === undefined
      ? []
      : [
          `${missing.length} of ${images.size} images are not shown: they are addresses, or not image files in ${source} (the first: ${first}).`,
        ];
  return { paths, notes };
}

/** The small copy, or undefined if the file does not exist or is not an image. */
async function thumbnail(file: string): Promise<Uint8Array | undefined> {
  try {
    return await sharp(file)
      .rotate()
      .resize({ width: SIDE, height: SIDE, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 80 })
      .toBuffer();
  } catch {
    // The caller counts these and reports them.
    return undefined;
  }
}
