import type { LabPicture } from '../colour/lab-picture.ts';
import { PALETTE_SIZE, paletteOffset, paletteWeights } from '../colour/palette.ts';
import { CORE, type Crop, MARGIN, SIDE } from './crop.ts';
import type { FeatureWriter } from './feature-writer.ts';

/** Bands of a region, from top to bottom, that are counted for themselves. */
const BANDS = 3;

/** Numbers that `describeColours` writes. */
export const COLOUR_FEATURES = PALETTE_SIZE * (1 + BANDS + 1);

/**
 * The colours of a region, of its bands from top to bottom ("a red shirt over blue trousers"), and of what surrounds it:
 * the rest of its box and some context.
 */
export function describeColours(picture: LabPicture, crop: Crop, writer: FeatureWriter): void {
  const bands = Array.from({ length: BANDS }, () => new Float32Array(PALETTE_SIZE));
  const surround = new Float32Array(PALETTE_SIZE);
  for (let row = 0, at = 0; row < SIDE; row++) {
    const band = bands[Math.floor(((row - MARGIN) * BANDS) / CORE)];
    for (let column = 0; column < SIDE; column++, at++) {
      const pixel = crop.pixels[at] as number;
      if (pixel >= 0) count(picture, pixel, (crop.mask[at] === 1 ? band : undefined) ?? surround);
    }
  }
  const whole = surround.map((_, k) => bands.reduce((sum, band) => sum + (band[k] as number), 0));
  for (const histogram of [whole, ...bands, surround]) writer.shares(histogram, 1);
}

/** Adds a pixel's colour to a histogram. */
function count(
  { lightness, greenRed, blueYellow }: LabPicture,
  pixel: number,
  histogram: Float32Array,
): void {
  const entry = paletteOffset(
    lightness[pixel] as number,
    greenRed[pixel] as number,
    blueYellow[pixel] as number,
  );
  const weights = paletteWeights();
  for (let k = 0; k < PALETTE_SIZE; k++)
    histogram[k] = (histogram[k] as number) + (weights[entry + k] as number);
}
