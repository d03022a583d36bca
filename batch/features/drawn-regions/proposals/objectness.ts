import type { Group } from './group-segments.ts';
import type { SegmentMap } from './segment-map.ts';

/** Ranks groups of one image. */
export interface Objectness {
  /** The higher, the more the group looks like a whole thing. */
  score(group: Group): number;
}

/**
 * The weights of the cues: from a logistic regression on boxes that overlap the box of a thing, fitted on 240 scenes
 * with known boxes and checked on 160 others (docs/gallery-features.md).
 */
const WEIGHTS = {
  /** Share of the outline, including the image's border, that is a clear edge. */
  closed: 4.7,
  /** Share of its box that it fills: things with limbs fill little. */
  filling: -5.7,
  /** Logarithm of its share of the image. */
  area: 2.9,
  /** Mean Oklab distance of its colours to those of the image. */
  salience: 9.9,
  /** Mean chroma. */
  chroma: 7,
  /** Width and height of its box as shares of the image's. */
  width: -8.8,
  height: -7.9,
  /** Logarithm of the number of its segments. */
  segments: 0.5,
} as const;

/** Prepares the ranking of the groups of an image. */
export function objectness({ segments, width, height }: SegmentMap): Objectness {
  const pixels = width * height;
  const salience = segments.map(({ mean }) =>
    segments.reduce((sum, other) => sum + (other.area / pixels) * distance(mean, other.mean), 0),
  );
  const chroma = segments.map(({ mean }) => Math.hypot(mean[1], mean[2]));
  return {
    score: ({ members, area, bounds, outline, strength }) => {
      const mean = (values: readonly number[]): number =>
        members.reduce((sum, number) => sum + (values[number] ?? 0) * (segments[number]?.area ?? 0), 0) /
        area;
      const [boxWidth, boxHeight] = [bounds.right - bounds.left, bounds.bottom - bounds.top];
      return (
        WEIGHTS.closed * (strength / Math.max(1, outline)) +
        WEIGHTS.filling * (area / (boxWidth * boxHeight)) +
        WEIGHTS.area * Math.log(area / pixels) +
        WEIGHTS.salience * mean(salience) +
        WEIGHTS.chroma * mean(chroma) +
        WEIGHTS.width * (boxWidth / width) +
        WEIGHTS.height * (boxHeight / height) +
        WEIGHTS.segments * Math.log(members.length)
      );
    },
  };
}

type Lab = readonly [number, number, number];

function distance(one: Lab, two: Lab): number {
  return Math.hypot(one[0] - two[0], one[1] - two[1], one[2] - two[2]);
}
