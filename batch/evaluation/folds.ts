import { AppError } from '../../shared/errors/index.ts';
import type { CaptionImages } from '../../shared/retrieval/index.ts';

/** A part of a split that is evaluated separately: images `[from, to)` and their captions. */
export interface Fold {
  readonly images: readonly [from: number, to: number];
  /** Ordinals in the split, ascending. */
  readonly captions: readonly number[];
  /** The image of each of these captions, counted from the first image of the fold. */
  readonly captionImages: CaptionImages;
}

/** MSCOCO's five folds: `testall` has 5,000 images, a fold has 1,000 of them with 5,000 captions. */
const FOLDS = 5;

/** The whole split as one fold. */
export function wholeSplit(images: number, captionImages: CaptionImages): Fold[] {
  return [fold(0, images, captionImages)];
}

/**
 * The five folds of a split, in order and of equal size.
 *
 * @throws AppError `argument_invalid` when the images do not divide by five.
 */
export function fiveFolds(images: number, captionImages: CaptionImages): Fold[] {
  if (images % FOLDS !== 0) {
    throw new AppError(
      'argument_invalid',
      `--fold5 needs a number of images that divides by five, not ${images}`,
      {
        hint: 'folds are for the MSCOCO split `testall` (5,000 images)',
      },
    );
  }
  const size = images / FOLDS;
  return Array.from({ length: FOLDS }, (_, index) => fold(index * size, (index + 1) * size, captionImages));
}

function fold(from: number, to: number, captionImages: CaptionImages): Fold {
  const captions = Array.from(captionImages.keys()).filter((caption) => {
    const image = captionImages[caption] ?? -1;
    return image >= from && image < to;
  });
  return {
    images: [from, to],
    captions,
    captionImages: Int32Array.from(captions, (caption) => (captionImages[caption] ?? -1) - from),
  };
}
