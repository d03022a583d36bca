import { AppError } from '../../shared/errors/index.ts';
import { type CaptionImages, evenCaptionImages } from '../../shared/retrieval/index.ts';
import { CAPTION_IMAGES_HINT, parseCaptionImages } from './caption-images.ts';
import { fiveEqualRows } from './equal-rows.ts';
import type { StoredBoxes } from './image-boxes.ts';
import type { FeatureFile } from './image-features.ts';

/** Captions of each image in the published data. */
const PUBLISHED_CAPTIONS = 5;

/** How the rows of the arrays, the images and the captions of a split belong together. */
export interface SplitLayout {
  readonly images: number;
  /** Rows of the arrays for each image: 1, or 5 equal ones (a row for each caption). */
  readonly rowsPerImage: number;
  readonly captionImages: CaptionImages;
}

/** What determines the layout. */
export interface LayoutEvidence {
  readonly features: FeatureFile;
  readonly boxes: StoredBoxes;
  /** Captions of the split; 0 if it has none: then there is one row for each image. */
  readonly captions: number;
  /** The file that was counted. */
  readonly captionsPath: string;
  /** `{split}_caption_images.txt`. */
  readonly captionImages: { readonly path: string; readonly lines: readonly string[] | undefined };
}

/**
 * Determines which rows are an image and which captions belong to it. With `{split}_caption_images.txt`, the arrays have one row for
 * each image. Without that file, the published layouts are assumed: five captions for each row, or one row for each caption. In the
 * second case, rows are one image if all are equal in groups of five; if no group is equal, each row is an image.
 *
 * @throws AppError `shape_mismatch`, `format_invalid` (the file), also if the layout is ambiguous.
 */
export async function splitLayout(evidence: LayoutEvidence): Promise<SplitLayout> {
  const { features, captions, captionImages } = evidence;
  const { rows } = features;
  const rowEach = (map: CaptionImages): SplitLayout => ({
    images: rows,
    rowsPerImage: 1,
    captionImages: map,
  });
  if (captionImages.lines !== undefined) {
    return rowEach(parseCaptionImages(captionImages.path, captionImages.lines, rows, captions));
  }
  if (captions === 0) return rowEach(new Int32Array());
  if (captions === rows * PUBLISHED_CAPTIONS) return rowEach(evenCaptionImages(rows, PUBLISHED_CAPTIONS));
  if (captions !== rows) {
    throw new AppError(
      'shape_mismatch',
      `${features.path} has ${rows} rows for ${captions} captions in ${evidence.captionsPath}, and nothing says which caption belongs to which image`,
      { hint: `write ${captionImages.path}: ${CAPTION_IMAGES_HINT}` },
    );
  }
  if (rows % PUBLISHED_CAPTIONS !== 0) return rowEach(evenCaptionImages(rows, 1));
  const { equal, differing } = await fiveEqualRows(features, evidence.boxes);
  if (equal === undefined) return rowEach(evenCaptionImages(rows, 1));
  if (differing === undefined) {
    const images = rows / PUBLISHED_CAPTIONS;
    return {
      images,
      rowsPerImage: PUBLISHED_CAPTIONS,
      captionImages: evenCaptionImages(images, PUBLISHED_CAPTIONS),
    };
  }
  throw new AppError(
    'shape_mismatch',
    `${differing.path}: rows ${differing.first} and ${differing.other} differ, but rows ${equal} to ${equal + 4} are equal: is that a row per caption, or a row per image?`,
    {
      hint: `with a row per caption, the five rows of an image are equal: extract them again; with one image and one caption a row, write "1 per image" into ${captionImages.path}`,
    },
  );
}

/** Refuses a text file with another number of entries than there are images or captions. */
export function assertCount(
  path: string,
  unit: 'images' | 'captions',
  found: number,
  expected: number,
): void {
  if (found === expected) return;
  throw new AppError('shape_mismatch', `${path} has ${found} entries for ${expected} ${unit}`, {
    hint: `one entry for each of the ${unit}, in their order; look for lines that were lost or duplicated (blank lines at the end do not count)`,
  });
}
