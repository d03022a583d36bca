import type { LabImage } from '../colour/lab-image.ts';
import { PALETTE_SIZE, paletteOffset, paletteWeights } from '../colour/palette.ts';
import type { Segmentation } from '../segmentation/segment-image.ts';
import { type Contact, measureContacts } from './contacts.ts';

/** Pixels `[left, right) x [top, bottom)`. */
export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A segment, with what grouping needs. */
export interface Segment {
  /** Pixels. */
  readonly area: number;
  readonly bounds: Bounds;
  /** Pixel sides on the image's border. */
  readonly border: number;
  /** Shares of the palette's entries, sum 1. */
  readonly colours: Float32Array;
  /** Mean colour: L, a, b. */
  readonly mean: readonly [lightness: number, greenRed: number, blueYellow: number];
}

/** The segments of an image and which of them touch. */
export interface SegmentMap {
  readonly width: number;
  readonly height: number;
  readonly segments: readonly Segment[];
  readonly contacts: readonly Contact[];
}

/** Measures the segments of an image and their contacts. */
export function measureSegmentMap(image: LabImage, segmentation: Segmentation): SegmentMap {
  const { width, height } = segmentation;
  return {
    width,
    height,
    segments: measureSegments(image, segmentation),
    contacts: measureContacts(image, segmentation),
  };
}

function measureSegments(image: LabImage, { labels, count, width, height }: Segmentation): Segment[] {
  const sums = Array.from({ length: count }, () => ({
    area: 0,
    bounds: { left: width, top: height, right: 0, bottom: 0 },
    border: 0,
    colours: new Float32Array(PALETTE_SIZE),
    mean: [0, 0, 0] as [number, number, number],
  }));
  const weights = paletteWeights();
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const sum = sums[labels[at] as number] as (typeof sums)[number];
      const { bounds, colours, mean } = sum;
      sum.area++;
      if (x < bounds.left) bounds.left = x;
      if (x >= bounds.right) bounds.right = x + 1;
      if (y < bounds.top) bounds.top = y;
      bounds.bottom = y + 1;
      sum.border += Number(x === 0) + Number(y === 0) + Number(x === width - 1) + Number(y === height - 1);
      const lightness = image.lightness[at] as number;
      const greenRed = image.greenRed[at] as number;
      const blueYellow = image.blueYellow[at] as number;
      mean[0] += lightness;
      mean[1] += greenRed;
      mean[2] += blueYellow;
      const entry = paletteOffset(lightness, greenRed, blueYellow);
      for (let k = 0; k < PALETTE_SIZE; k++)
        colours[k] = (colours[k] as number) + (weights[entry + k] as number);
    }
  }
  return sums.map((sum) => ({
    ...sum,
    colours: sum.colours.map((value) => value / sum.area),
    mean: [sum.mean[0] / sum.area, sum.mean[1] / sum.area, sum.mean[2] / sum.area],
  }));
}
