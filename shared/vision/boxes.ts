import { AppError } from '../errors/index.ts';

/**
 * Boxes in pixels as fractions of the image's width and height, rounded to float32 as in the released loader.
 * @param pixels `[R, 4]`: x1 y1 x2 y2
 * @returns `[R, 4]`, a new array
 * @throws AppError `shape_mismatch` for a part of a box, `argument_invalid` for a size that is not positive
 */
export function normalizeBoxes(pixels: ArrayLike<number>, width: number, height: number): Float32Array {
  assertBoxes(pixels);
  if (!(width > 0 && height > 0)) {
    throw new AppError('argument_invalid', `an image of ${width} x ${height} pixels has no layout`, {
      hint: 'look at the sizes that belong to the boxes',
    });
  }
  return Float32Array.from(pixels, (value, index) => value / (index % 2 === 0 ? width : height));
}

/**
 * Centres of boxes, in float32 steps. Two boxes with the same centre then have an offset of exactly zero, as in the
 * released code; otherwise rounding would decide its direction.
 * @param boxes `[R, 4]`: x1 y1 x2 y2
 * @returns `[R, 2]`: x y
 */
export function boxCentres(boxes: ArrayLike<number>): Float32Array {
  assertBoxes(boxes);
  const { fround } = Math;
  return Float32Array.from({ length: boxes.length / 2 }, (_, index) => {
    const low = boxes[4 * (index >> 1) + (index & 1)] as number;
    const high = boxes[4 * (index >> 1) + (index & 1) + 2] as number;
    return low + fround(0.5 * fround(high - low));
  });
}

function assertBoxes(boxes: ArrayLike<number>): void {
  if (boxes.length % 4 !== 0) {
    throw new AppError('shape_mismatch', `${boxes.length} numbers are no whole boxes of x1 y1 x2 y2`);
  }
}
