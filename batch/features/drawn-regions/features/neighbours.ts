import type { LabImage } from '../colour/lab-image.ts';
import { HUE_COUNT, hueOf, PALETTE_SIZE, paletteOffset, paletteWeights } from '../colour/palette.ts';
import type { Bounds } from '../proposals/segment-map.ts';
import type { FeatureWriter } from './feature-writer.ts';

/** Samples along each side of the window next to a region. */
const SAMPLES = 12;
/** Minimum size of the window next to a small region, as a share of the image's width. */
const LEAST_REACH = 0.15;
/** Left, right, above, below; and left and right again as behind and ahead of the thing. */
const SIDES = 6;

/** Numbers that `describeNeighbours` writes. */
export const NEIGHBOUR_FEATURES = SIDES * HUE_COUNT;

/**
 * The colours of the foreground next to a region, within a distance of its own size: left, right, above and below it
 * ("to the left of a blue chair"); and behind and ahead of it ("a dog chases a boy in red"), each side by how likely it is the
 * one. All zero if there is only background.
 *
 * @param foreign whether a pixel belongs to the foreground, but not to the region.
 * @param facing probability that the region faces right.
 */
export function describeNeighbours(
  image: LabImage,
  { left, top, right, bottom }: Bounds,
  foreign: (pixel: number) => boolean,
  facing: number,
  writer: FeatureWriter,
): void {
  const least = LEAST_REACH * image.width;
  const [across, down] = [Math.max(least, right - left), Math.max(least, bottom - top)];
  const [atLeft, atRight, above, below] = [
    { left: left - across, top, right: left, bottom },
    { left: right, top, right: right + across, bottom },
    { left, top: top - down, right, bottom: top },
    { left, top: bottom, right, bottom: bottom + down },
  ].map((window) => foregroundHues(image, window, foreign)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const mixed = (share: number): Float32Array =>
    atRight.map((hue, at) => share * hue + (1 - share) * (atLeft[at] as number));
  const [behind, ahead] = [mixed(1 - facing), mixed(facing)];
  for (const hues of [atLeft, atRight, above, below, behind, ahead]) {
    writer.values(
      hues.map((share) => Math.sqrt(share)),
      1,
    );
  }
}

/** Shares of the hues in a window, of all its samples; background samples count for no hue. */
function foregroundHues(
  { width, height, lightness, greenRed, blueYellow }: LabImage,
  { left, top, right, bottom }: Bounds,
  foreign: (pixel: number) => boolean,
): Float32Array {
  const hues = new Float32Array(HUE_COUNT);
  const weights = paletteWeights();
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
    const x = Math.floor(left + (((sample % SAMPLES) + 0.5) * (right - left)) / SAMPLES);
    const y = Math.floor(top + ((Math.floor(sample / SAMPLES) + 0.5) * (bottom - top)) / SAMPLES);
    const pixel = y * width + x;
    if (x < 0 || y < 0 || x >= width || y >= height || !foreign(pixel)) continue;
    const entry = paletteOffset(
      lightness[pixel] as number,
      greenRed[pixel] as number,
      blueYellow[pixel] as number,
    );
    for (let k = 0; k < PALETTE_SIZE; k++) {
      const hue = hueOf(k);
      hues[hue] = (hues[hue] as number) + (weights[entry + k] as number) / (SAMPLES * SAMPLES);
    }
  }
  return hues;
}
