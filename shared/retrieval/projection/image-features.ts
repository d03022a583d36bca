import { AppError } from '../../errors/index.ts';
import type { RecallImage } from '../recall-encoder.ts';
import type { FeatureLayout } from './feature-layout.ts';
import { assertRows, weightedMean } from './weighted-mean.ts';

/** Features of an image `[regions + nodes]`, written to the start of `out`. */
export function writeImageFeatures(layout: FeatureLayout, input: RecallImage, out: Float64Array): void {
  const { regions: F, nodes: D } = layout.image;
  const R = input.regions;
  if (!Number.isInteger(R) || R < 1) {
    throw new AppError('shape_mismatch', `recall encoder: an image must have at least one region, not ${R}`);
  }
  if (F > 0) {
    assertRows('region features', input.features, R, F);
    assertRows('boxes', input.boxes, R, 4);
    weightedMean(input.features, [R, F], rootAreas(input.boxes, R), out, 0);
  }
  if (D > 0) {
    assertRows('image nodes', input.nodes, R, D);
    weightedMean(input.nodes, [R, D], undefined, out, F);
  }
}

/** Square roots of the areas of the boxes; a box without area has no weight. */
function rootAreas(boxes: Float32Array, R: number): Float64Array | undefined {
  const weights = new Float64Array(R);
  let total = 0;
  for (let r = 0; r < R; r++) {
    const width = (boxes[4 * r + 2] as number) - (boxes[4 * r] as number);
    const height = (boxes[4 * r + 3] as number) - (boxes[4 * r + 1] as number);
    const area = width > 0 && height > 0 ? width * height : 0;
    weights[r] = Math.sqrt(area);
    total += weights[r] as number;
  }
  // If all boxes are empty, all regions have the same weight.
  return total > 0 ? weights : undefined;
}
