import { labPicture } from './colour/lab-picture.ts';
import { summedPlanes } from './features/box-means.ts';
import { describeRegion, FEATURE_COUNT } from './features/describe-region.ts';
import { MAIN_SETTING, splitSegments } from './proposals/background.ts';
import { fixedBoxes } from './proposals/fixed-boxes.ts';
import { proposeRegions } from './proposals/propose-regions.ts';
import { type Bounds, segmentGraph } from './proposals/segment-graph.ts';
import { segmentPicture } from './segmentation/segment-picture.ts';
import { unmixEdges } from './segmentation/unmix-edges.ts';

/** R: regions of a picture. */
export const REGION_COUNT = 24;
/** Regions that are proposed, at most; the rest are fixed. */
const PROPOSALS = 20;
/** Pixels along the longer side of the picture that is looked at. */
const LONGEST = 160;
const SEGMENTATION = { scale: 0.2, smallest: 10 };

/** Steps of a byte that one unit of a feature takes: no group reaches much above 1. */
const STEPS = 100;

/** The regions of a picture. */
export interface Regions {
  /** `[R, 4]`: x1 y1 x2 y2, in pixels of the picture given. */
  readonly boxes: Float32Array<ArrayBuffer>;
  /** `[R, F]` */
  readonly features: Int8Array<ArrayBuffer>;
}

/** Finds and describes the regions of a picture from its pixels alone. */
export function extractRegions(rgb: Uint8Array, width: number, height: number): Regions {
  const picture = unmixEdges(labPicture(rgb, width, height, LONGEST));
  const planes = summedPlanes(picture);
  const segmentation = segmentPicture(picture, SEGMENTATION);
  const graph = segmentGraph(picture, segmentation);
  const boxes = new Float32Array(REGION_COUNT * 4);
  const features = new Float32Array(REGION_COUNT * FEATURE_COUNT);
  const [across, down] = [width / picture.width, height / picture.height];
  let region = 0;
  const add = (bounds: Bounds, members: ReadonlySet<number>): void => {
    const inside = (pixel: number): boolean => members.has(segmentation.labels[pixel] as number);
    describeRegion(picture, planes, bounds, inside, features, region * FEATURE_COUNT);
    boxes.set(
      [bounds.left * across, bounds.top * down, bounds.right * across, bounds.bottom * down],
      4 * region++,
    );
  };
  for (const { bounds, members } of proposeRegions(graph, PROPOSALS)) add(bounds, new Set(members));
  const { background } = splitSegments(graph, MAIN_SETTING);
  for (const bounds of fixedBoxes(picture.width, picture.height, REGION_COUNT - region))
    add(bounds, background);
  return {
    boxes,
    features: Int8Array.from(features, (value) => Math.max(-127, Math.min(127, Math.round(STEPS * value)))),
  };
}
