import { MAIN_SETTING, splitSegments, WIDE_SETTING } from './background.ts';
import { boxOverlap } from './bounds.ts';
import { type Group, groupSegments, type Likeness } from './group-segments.ts';
import { objectness } from './objectness.ts';
import type { SegmentMap } from './segment-map.ts';

/** Foreground segments belong together by place: the parts of a thing have different colours. */
const BY_PLACE: Likeness = { colour: 0.2, size: 1, fill: 2, edge: 0 };
/** Parts of one colour, and segments with stronger edges to the rest than to each other. */
const BY_LOOK: Likeness = { colour: 0.3, size: 0.5, fill: 1, edge: 1 };
/** For the whole image: by the edges between segments, and by size. */
const BY_EDGE: Likeness = { colour: 0, size: 0.5, fill: 0.5, edge: 1 };

/** Boxes that overlap by more than this share of their union count as one. */
const SAME_BOX = 0.68;
/** Minimum share of the image of a proposal; smaller ones are noise. */
const SMALLEST = 0.0008;

/**
 * Regions that may show things, best first: all groups of several hierarchical groupings. The groupings join segments in
 * different orders, so that what one splits another keeps whole. Groups are ranked by objectness; of nearly equal boxes
 * only the best is kept.
 */
export function proposeRegions(segmentMap: SegmentMap, most: number): Group[] {
  const main = splitSegments(segmentMap, MAIN_SETTING).foreground;
  const wide = splitSegments(segmentMap, WIDE_SETTING).foreground;
  const groups = [
    ...groupSegments(segmentMap, BY_PLACE, main),
    ...groupSegments(segmentMap, BY_PLACE, wide),
    ...groupSegments(segmentMap, BY_LOOK, main),
    ...groupSegments(segmentMap, BY_LOOK, wide),
    ...groupSegments(segmentMap, BY_EDGE, new Set(segmentMap.segments.keys())),
  ].filter(({ area }) => area > SMALLEST * segmentMap.width * segmentMap.height);
  const things = objectness(segmentMap);
  const ranked = distinct(groups)
    .map((group) => ({ group, score: things.score(group) }))
    .sort((one, two) => two.score - one.score);
  const kept: Group[] = [];
  for (const { group } of ranked) {
    if (kept.length === most) break;
    if (kept.every(({ bounds }) => boxOverlap(bounds, group.bounds) <= SAME_BOX)) kept.push(group);
  }
  return kept;
}

/** Groups with the same box and area once: they are the same group, found by several groupings. */
function distinct(groups: readonly Group[]): Group[] {
  const byBox = new Map<string, Group>();
  for (const group of groups) {
    const { left, top, right, bottom } = group.bounds;
    const key = `${left} ${top} ${right} ${bottom} ${group.area}`;
    if (!byBox.has(key)) byBox.set(key, group);
  }
  return [...byBox.values()];
}
