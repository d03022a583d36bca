import { AppError } from '../../shared/errors/index.ts';
import { CAPTIONS_PER_IMAGE } from '../../shared/retrieval/index.ts';

/** The released loader evaluates no more captions of `dev`, so that validation stays quick. */
const DEV_CAPTIONS = 5000;

/** How the rows of the arrays, the images and the captions of a split belong together. */
export interface SplitLayout {
  readonly images: number;
  /** 1, or 5 equal ones (a row per caption). */
  readonly rowsPerImage: number;
  readonly captions: number;
  /** Images of the files, before `dev` is cut. */
  readonly storedImages: number;
  readonly storedCaptions: number;
}

/**
 * Finds the layout from the number of rows and of captions, as the released loader does.
 *
 * @param captions 0 where the split has none: then there is a row per image.
 * @throws AppError `shape_mismatch` when they do not fit together.
 */
export function splitLayout(path: string, split: string, rows: number, captions: number): SplitLayout {
  if (rows === 0) {
    throw new AppError('shape_mismatch', `${path} holds no image`, {
      hint: 'leave a split without images out',
    });
  }
  const perImage = captions === 0 || captions === rows * CAPTIONS_PER_IMAGE;
  const perCaption = captions === rows && rows % CAPTIONS_PER_IMAGE === 0;
  if (!perImage && !perCaption) {
    throw new AppError('shape_mismatch', `${path} has ${rows} rows for ${captions} captions`, {
      hint: `a row per image with ${CAPTIONS_PER_IMAGE} captions each, or a row per caption (${CAPTIONS_PER_IMAGE} equal ones an image)`,
    });
  }
  const rowsPerImage = perImage ? 1 : CAPTIONS_PER_IMAGE;
  const storedImages = rows / rowsPerImage;
  const kept = split === 'dev' ? Math.min(captions, DEV_CAPTIONS) : captions;
  const images = captions === 0 ? storedImages : kept / CAPTIONS_PER_IMAGE;
  return { images, rowsPerImage, captions: kept, storedImages, storedCaptions: captions };
}

/** Refuses a text file of another number of entries than there are images or captions. */
export function assertCount(
  path: string,
  unit: 'images' | 'captions',
  found: number,
  expected: number,
): void {
  if (found === expected) return;
  throw new AppError('shape_mismatch', `${path} has ${found} entries for ${expected} ${unit}`, {
    hint: `one entry for each of the ${unit}, in their order; look for lines that were lost or doubled`,
  });
}
