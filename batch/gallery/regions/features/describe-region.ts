import type { LabPicture } from '../colour/lab-picture.ts';
import type { Bounds } from '../proposals/segment-graph.ts';
import type { SummedPlane } from './box-means.ts';
import { COLOUR_FEATURES, describeColours } from './colours.ts';
import { cropRegion } from './crop.ts';
import { FeatureWriter } from './feature-writer.ts';
import { describeGradients, GRADIENT_FEATURES } from './gradients.ts';
import { describeShape, SHAPE_FEATURES } from './shape.ts';

/** F: the numbers of a region. */
export const FEATURE_COUNT = COLOUR_FEATURES + SHAPE_FEATURES + GRADIENT_FEATURES;

/**
 * Writes the F numbers of a region: colours, shape, gradients. Where in the picture it lies is not among them: GSMN
 * takes the layout from the boxes, and a thing should look the same wherever it stands.
 */
export function describeRegion(
  picture: LabPicture,
  planes: readonly SummedPlane[],
  bounds: Bounds,
  inside: (pixel: number) => boolean,
  target: Float32Array,
  at: number,
): void {
  const crop = cropRegion(picture, bounds, inside);
  const writer = new FeatureWriter(target, at);
  describeColours(picture, crop, writer);
  describeShape(crop, bounds, picture.width * picture.height, writer);
  describeGradients(planes, bounds, crop, writer);
}
