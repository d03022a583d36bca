import type { LabImage } from '../colour/lab-image.ts';
import { PALETTE_SIZE, paletteOffset, paletteWeights } from '../colour/palette.ts';
import type { Crop } from './crop.ts';
import type { FeatureWriter } from './feature-writer.ts';
import { CORE, MARGIN, SIDE } from './sample.ts';

/** Where the bands of a region end, from top to bottom, as shares of its height: a person's hat, face, shirt and trousers. */
const BAND_ENDS = [0.17, 0.4, 0.65, 1] as const;

/** Numbers that `describeColours` writes. */
export const COLOUR_FEATURES = PALETTE_SIZE * (1 + BAND_ENDS.length);

/** The colours of a region and of its bands from top to bottom ("a red shirt over blue trousers"). */
export function describeColours(image: LabImage, crop: Crop, writer: FeatureWriter): void {
  const bands = BAND_ENDS.map(() => new Float32Array(PALETTE_SIZE));
  for (let row = 0; row < CORE; row++) {
    const band = bands[BAND_ENDS.findIndex((end) => (row + 0.5) / CORE < end)] as Float32Array;
    const start = (row + MARGIN) * SIDE + MARGIN;
    for (let at = start; at < start + CORE; at++) {
      if (crop.mask[at] === 1) count(image, crop.pixels[at] as number, band);
    }
  }
  const whole = Float32Array.from({ length: PALETTE_SIZE }, (_, k) =>
    bands.reduce((sum, band) => sum + (band[k] as number), 0),
  );
  for (const histogram of [whole, ...bands]) writer.shares(histogram, 1);
}

/** Adds a pixel's colour to a histogram. */
function count({ lightness, greenRed, blueYellow }: LabImage, pixel: number, histogram: Float32Array): void {
  const entry = paletteOffset(
    lightness[pixel] as number,
    greenRed[pixel] as number,
    blueYellow[pixel] as number,
  );
  const weights = paletteWeights();
  for (let k = 0; k < PALETTE_SIZE; k++)
    histogram[k] = (histogram[k] as number) + (weights[entry + k] as number);
}
