import { labImage } from './colour/lab-image.ts';
import { summedPlanes } from './features/box-means.ts';
import {
  type DescribedImage,
  describeRegion,
  FEATURE_COUNT,
  type Region,
} from './features/describe-region.ts';
import { MAIN_SETTING, splitSegments } from './proposals/background.ts';
import { fixedBoxes } from './proposals/fixed-boxes.ts';
import { proposeRegions } from './proposals/propose-regions.ts';
import { measureSegmentMap } from './proposals/segment-map.ts';
import { segmentImage } from './segmentation/segment-image.ts';
import { unmixEdges } from './segmentation/unmix-edges.ts';

/** R: regions of an image. */
export const REGION_COUNT = 24;
/** Maximum number of proposed regions; the rest are fixed boxes. */
const PROPOSALS = 22;
/** Pixels along the longer side of the reduced image. */
const LONGEST = 160;
const SEGMENTATION = { scale: 0.2, smallest: 10 };

/** Steps of a byte for one unit of a feature: no group has values much above 1. */
const STEPS = 100;

/** The regions of an image. */
export interface Regions {
  /** `[R, 4]`: x1 y1 x2 y2, in pixels of the given image. */
  readonly boxes: Float32Array<ArrayBuffer>;
  /** `[R, F]` */
  readonly features: Int8Array<ArrayBuffer>;
}

/** An image's regions before they are described. */
export interface FoundRegions {
  readonly described: DescribedImage;
  /** The groups of segments that most likely show things, best first. */
  readonly proposed: readonly Region[];
  /** Fixed boxes, described by their background. */
  readonly fixed: readonly Region[];
}

/**
 * Finds the regions of an image from its pixels alone; their bounds are in pixels of the reduced image.
 *
 * @param rgb `[height, width, 3]`, sRGB.
 */
export function findRegions(rgb: Uint8Array, width: number, height: number): FoundRegions {
  const image = unmixEdges(labImage(rgb, width, height, LONGEST));
  const segmentation = segmentImage(image, SEGMENTATION);
  const segmentMap = measureSegmentMap(image, segmentation);
  const { background, foreground } = splitSegments(segmentMap, MAIN_SETTING);
  const among = (members: ReadonlySet<number>) => (pixel: number) =>
    members.has(segmentation.labels[pixel] as number);
  const proposed = proposeRegions(segmentMap, PROPOSALS).map(({ bounds, members }) => ({
    bounds,
    inside: among(new Set(members)),
  }));
  const inside = among(background);
  return {
    described: { image, planes: summedPlanes(image), foreground: among(foreground) },
    proposed,
    fixed: fixedBoxes(image.width, image.height, REGION_COUNT - proposed.length).map((bounds) => ({
      bounds,
      inside,
    })),
  };
}

/** Finds and describes the regions of an image; as `findRegions`. */
export function extractRegions(rgb: Uint8Array, width: number, height: number): Regions {
  const { described, proposed, fixed } = findRegions(rgb, width, height);
  const regions = [...proposed, ...fixed];
  const features = new Float32Array(REGION_COUNT * FEATURE_COUNT);
  for (const [index, region] of regions.entries())
    describeRegion(described, region, features, index * FEATURE_COUNT);
  const { image } = described;
  const [across, down] = [width / image.width, height / image.height];
  const boxes = regions.flatMap(({ bounds: { left, top, right, bottom } }) => [
    left * across,
    top * down,
    right * across,
    bottom * down,
  ]);
  return { boxes: Float32Array.from(boxes), features: Int8Array.from(features, quantised) };
}

/** A feature as a byte. */
function quantised(value: number): number {
  return Math.max(-127, Math.min(127, Math.round(STEPS * value)));
}
