import type { LabImage } from '../colour/lab-image.ts';
import type { Bounds } from '../proposals/segment-map.ts';
import type { SummedPlane } from './box-means.ts';
import { COLOUR_FEATURES, describeColours } from './colours.ts';
import { cropRegion } from './crop.ts';
import { FeatureWriter } from './feature-writer.ts';
import { describeGradients, GRADIENT_FEATURES } from './gradients.ts';
import { describeNeighbours, NEIGHBOUR_FEATURES } from './neighbours.ts';
import { describeShape, SHAPE_FEATURES } from './shape.ts';

/** F: the numbers of a region. */
export const FEATURE_COUNT = COLOUR_FEATURES + NEIGHBOUR_FEATURES + SHAPE_FEATURES + GRADIENT_FEATURES;

/** The data of an image for describing its regions. */
export interface DescribedImage {
  readonly image: LabImage;
  /** Its planes, as sums. */
  readonly planes: readonly SummedPlane[];
  /** Whether a pixel belongs to the foreground. */
  readonly foreground: (pixel: number) => boolean;
}

/** A region: its box in pixels, and which pixels belong to it. */
export interface Region {
  readonly bounds: Bounds;
  readonly inside: (pixel: number) => boolean;
}

/**
 * Writes the F numbers of a region to position `at`: colours, neighbours, shape, gradients. Its position in the image is
 * not a feature: GSMN takes the layout from the boxes, and a thing should look the same wherever it is.
 */
export function describeRegion(
  { image, planes, foreground }: DescribedImage,
  { bounds, inside }: Region,
  target: Float32Array,
  at: number,
): void {
  const crop = cropRegion(image, bounds, inside);
  const foreign = (pixel: number): boolean => foreground(pixel) && !inside(pixel);
  const writer = new FeatureWriter(target, at);
  describeColours(image, crop, writer);
  describeNeighbours(image, bounds, foreign, crop.facing, writer);
  describeShape(crop, bounds, image.width * image.height, writer);
  describeGradients(planes, bounds, crop, writer);
}
