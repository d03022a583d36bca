import type { Bounds } from './segment-map.ts';

/** The smallest box around two boxes. */
export function boxAround(one: Bounds, two: Bounds): Bounds {
  return {
    left: Math.min(one.left, two.left),
    top: Math.min(one.top, two.top),
    right: Math.max(one.right, two.right),
    bottom: Math.max(one.bottom, two.bottom),
  };
}

/** Pixels of a box. */
export function boxArea({ left, top, right, bottom }: Bounds): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top);
}

/** Intersection over union of two boxes. */
export function boxOverlap(one: Bounds, two: Bounds): number {
  const common = boxArea({
    left: Math.max(one.left, two.left),
    top: Math.max(one.top, two.top),
    right: Math.min(one.right, two.right),
    bottom: Math.min(one.bottom, two.bottom),
  });
  return common / (boxArea(one) + boxArea(two) - common);
}
