import { AppError } from '../../shared/errors/index.ts';
import type { Split } from '../data/split.ts';

/** The released code assumes five captions for each image wherever it computes an index. */
const CAPTIONS_PER_IMAGE = 5;
/** The released loader limits the captions of `dev`, so that validation is fast. */
const DEV_CAPTIONS = 5000;

/**
 * A split as the released evaluation reads it: five captions for every image, in order; of `dev` the first 5,000
 * captions.
 *
 * @throws AppError `shape_mismatch` when an image has not five captions.
 */
export function releasedSplit(split: Split): Split {
  const even = split.captionImages.every(
    (image, caption) => image === Math.floor(caption / CAPTIONS_PER_IMAGE),
  );
  if (!even || split.captionImages.length !== split.images * CAPTIONS_PER_IMAGE) {
    throw new AppError(
      'shape_mismatch',
      `split ${split.split} of ${split.folder} does not have five captions for each image, in the order of the images`,
      { hint: 'the released evaluation supports no other data: leave --protocol released out' },
    );
  }
  const captions = split.captionImages.length;
  if (split.split !== 'dev' || captions <= DEV_CAPTIONS) return split;
  const images = DEV_CAPTIONS / CAPTIONS_PER_IMAGE;
  return {
    ...split,
    images,
    boxes: split.boxes.subarray(0, images * split.regions * 4),
    sizes: split.sizes.subarray(0, images * 2),
    captionImages: split.captionImages.subarray(0, DEV_CAPTIONS),
    captionIds: split.captionIds.slice(0, DEV_CAPTIONS),
    captionTexts: split.captionTexts?.slice(0, DEV_CAPTIONS),
    dependencies: split.dependencies?.slice(0, DEV_CAPTIONS),
    imageNames: split.imageNames?.slice(0, images),
    metadata: split.metadata?.slice(0, images),
  };
}

/**
 * The boxes `[images, R, 4]` that the released evaluation scores each image with (docs/network.md). Its loader divides a row of boxes
 * by the image's size *in place* each time it is read, and it reads everything twice before scoring. So a row for each caption is
 * divided twice; a row for each image, which five captions share, is divided five times in the first pass and once more by each
 * caption of the second. Without folds, the score of image i uses the boxes of *caption row* i; with folds, the stride is correct.
 *
 * @param byFold whether the evaluation is by folds, whose stride is correct.
 */
export function releasedBoxes(
  { images, regions, rowsPerImage, stored }: Pick<Split, 'images' | 'regions' | 'rowsPerImage' | 'stored'>,
  byFold: boolean,
): Float32Array {
  const boxes = new Float32Array(images * regions * 4);
  for (let image = 0; image < images; image++) {
    const captionRow = byFold ? image * CAPTIONS_PER_IMAGE : image;
    const shared = rowsPerImage === 1;
    const row = shared ? Math.floor(captionRow / CAPTIONS_PER_IMAGE) : captionRow;
    const divisions = shared ? CAPTIONS_PER_IMAGE + (captionRow % CAPTIONS_PER_IMAGE) + 1 : 2;
    for (let index = 0; index < regions * 4; index++) {
      const size = stored.sizeRows[row * 2 + (index % 2)] as number;
      let value = stored.boxRows[row * regions * 4 + index] as number;
      for (let times = 0; times < divisions; times++) value = Math.fround(value / size);
      boxes[image * regions * 4 + index] = value;
    }
  }
  return boxes;
}
