import { AppError } from '../../shared/errors/index.ts';

/** A part of a split that is evaluated on its own: images `[from, to)` and their captions. */
export interface Fold {
  readonly images: readonly [from: number, to: number];
  readonly captions: readonly [from: number, to: number];
}

/** MSCOCO's five folds: `testall` has 5,000 images, a fold 1,000 of them with 5,000 captions. */
const FOLDS = 5;

/** The whole split as one fold. */
export function wholeSplit(images: number, captions: number): Fold[] {
  return [{ images: [0, images], captions: [0, captions] }];
}

/**
 * The five folds of a split, in order and of equal size.
 *
 * @throws AppError `argument_invalid` when the images do not divide by five.
 */
export function fiveFolds(images: number, captionsPerImage: number): Fold[] {
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
  return Array.from({ length: FOLDS }, (_, fold): Fold => {
    const from = fold * size;
    return {
      images: [from, from + size],
      captions: [from * captionsPerImage, (from + size) * captionsPerImage],
    };
  });
}
