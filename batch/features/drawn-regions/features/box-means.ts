import type { LabImage } from '../colour/lab-image.ts';

/** Means over boxes of a plane, each in constant time: `sums` holds `[height + 1, width + 1]` sums from the corner. */
export interface SummedPlane {
  readonly width: number;
  readonly height: number;
  readonly sums: Float64Array;
}

/** The summed planes of an image: L, a, b. */
export function summedPlanes({
  width,
  height,
  lightness,
  greenRed,
  blueYellow,
}: LabImage): readonly SummedPlane[] {
  return [lightness, greenRed, blueYellow].map((plane) => {
    const stride = width + 1;
    const sums = new Float64Array(stride * (height + 1));
    for (let y = 0; y < height; y++) {
      let row = 0;
      for (let x = 0; x < width; x++) {
        row += plane[y * width + x] as number;
        sums[(y + 1) * stride + x + 1] = (sums[y * stride + x + 1] as number) + row;
      }
    }
    return { width, height, sums };
  });
}

/** Mean over whole pixels `[left, right) x [top, bottom)`, which must be inside the image and contain at least one. */
export function boxMean(
  { width, sums }: SummedPlane,
  left: number,
  top: number,
  right: number,
  bottom: number,
): number {
  const stride = width + 1;
  const sum =
    (sums[bottom * stride + right] as number) -
    (sums[top * stride + right] as number) -
    (sums[bottom * stride + left] as number) +
    (sums[top * stride + left] as number);
  return sum / ((right - left) * (bottom - top));
}
