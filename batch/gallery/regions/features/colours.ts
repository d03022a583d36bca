import type { LabPicture } from '../colour/lab-picture.ts';
import { PALETTE_SIZE, paletteOffset, paletteWeights } from '../colour/palette.ts';
import { CORE, type Crop, MARGIN, SIDE } from './crop.ts';
import type { FeatureWriter } from './feature-writer.ts';

/** Bands of a region from top to bottom, and halves from left to right, that are counted for themselves. */
const BANDS = 3;
/** Sides of the surround: above, below, left, right. */
const SIDES = 4;

/** Numbers that `describeColours` writes. */
export const COLOUR_FEATURES = PALETTE_SIZE * (1 + BANDS + 2 + SIDES);

/**
 * The colours of a region, of its bands from top to bottom ("a red shirt over blue trousers"), of its left and right
 * half, and of what lies above, below, left and right of it.
 */
export function describeColours(picture: LabPicture, crop: Crop, writer: FeatureWriter): void {
  const histograms = Array.from({ length: 1 + BANDS + 2 + SIDES }, () => new Float32Array(PALETTE_SIZE));
  const [whole, ...rest] = histograms as [Float32Array, ...Float32Array[]];
  const bands = rest.slice(0, BANDS);
  const halves = rest.slice(BANDS, BANDS + 2);
  const sides = rest.slice(BANDS + 2);
  for (let row = 0, at = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++, at++) {
      const pixel = crop.pixels[at] as number;
      if (pixel < 0) continue;
      if (crop.mask[at] === 1) {
        count(picture, pixel, [
          whole,
          bands[Math.floor(((row - MARGIN) * BANDS) / CORE)] as Float32Array,
          halves[Math.floor(((column - MARGIN) * 2) / CORE)] as Float32Array,
        ]);
      } else {
        const [down, right] = [row - SIDE / 2 + 0.5, column - SIDE / 2 + 0.5];
        const side = Math.abs(down) > Math.abs(right) ? (down < 0 ? 0 : 1) : right < 0 ? 2 : 3;
        count(picture, pixel, [sides[side] as Float32Array]);
      }
    }
  }
  for (const histogram of histograms) writer.shares(histogram, 1);
}

/** Adds a pixel's colour to histograms. */
function count(
  { lightness, greenRed, blueYellow }: LabPicture,
  pixel: number,
  histograms: readonly Float32Array[],
): void {
  const entry = paletteOffset(
    lightness[pixel] as number,
    greenRed[pixel] as number,
    blueYellow[pixel] as number,
  );
  const weights = paletteWeights();
  for (const histogram of histograms) {
    for (let k = 0; k < PALETTE_SIZE; k++)
      histogram[k] = (histogram[k] as number) + (weights[entry + k] as number);
  }
}
