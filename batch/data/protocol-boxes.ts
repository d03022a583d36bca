import { AppError } from '../../shared/errors/index.ts';
import type { Protocol } from '../../shared/schema/index.ts';

/** The boxes of a split as its files hold them. */
export interface StoredBoxes {
  readonly images: number;
  /** R. */
  readonly regions: number;
  /** Rows of the file for one image: 1, or 5 equal ones (a row per caption). */
  readonly rowsPerImage: number;
  /** `[images * rowsPerImage, R, 4]`, x1 y1 x2 y2 in pixels. */
  readonly boxRows: Float32Array;
  /** `[images * rowsPerImage, 2]`, width and height in pixels. */
  readonly sizeRows: Float32Array;
}

/** The released code assumes five captions an image wherever it computes an index. */
const CAPTIONS_PER_IMAGE = 5;

/**
 * The boxes that each image is scored with, `[images, R, 4]`.
 *
 * `clean`: an image's own boxes as fractions of its width and height.
 *
 * `released` (docs/network.md): the released loader divides a row of boxes by the image's size *in place* each
 * time it is read, and it reads everything twice before scoring. A row per caption is therefore divided twice;
 * a row per image, which five captions share, is divided five times by the first pass and once more by each
 * caption of the second. And without folds the score of image i uses the boxes of *caption row* i; by folds
 * the rows are strided as they should be.
 *
 * @param byFold whether the evaluation is the one by folds, whose stride is right.
 */
export function scoringBoxes(stored: StoredBoxes, protocol: Protocol, byFold: boolean): Float32Array {
  const { images, regions, rowsPerImage, boxRows, sizeRows } = stored;
  const boxes = new Float32Array(images * regions * 4);
  for (let image = 0; image < images; image++) {
    let row = image * rowsPerImage;
    let divisions = 1;
    if (protocol === 'released') {
      const captionRow = byFold ? image * CAPTIONS_PER_IMAGE : image;
      const shared = rowsPerImage === 1;
      row = shared ? Math.floor(captionRow / CAPTIONS_PER_IMAGE) : captionRow;
      divisions = shared ? CAPTIONS_PER_IMAGE + (captionRow % CAPTIONS_PER_IMAGE) + 1 : 2;
    }
    const width = sizeRows[row * 2];
    const height = sizeRows[row * 2 + 1];
    if (!(width && height && width > 0 && height > 0)) {
      throw new AppError(
        'format_invalid',
        `image ${image} has no positive width and height (${width} x ${height})`,
      );
    }
    for (let index = 0; index < regions * 4; index++) {
      const size = index % 2 === 0 ? width : height;
      let value = boxRows[row * regions * 4 + index] ?? Number.NaN;
      for (let times = 0; times < divisions; times++) value = Math.fround(value / size);
      boxes[image * regions * 4 + index] = value;
    }
  }
  return boxes;
}
