import { areaOf, type Group, groupSegments, type Likeness } from './group-segments.ts';
import { backgroundSegments, objectCues, objectness } from './objectness.ts';
import type { Bounds, SegmentGraph } from './segment-graph.ts';

/** A region that may show a thing, with its segments. */
export interface Proposal extends Group {
  readonly score: number;
}

/** Groupings that differ in what they join first, so that what one tears apart another keeps whole. */
const BY_COLOUR: Likeness = { colour: 1, size: 1, fill: 1, edge: 0 };
const BY_EDGE: Likeness = { colour: 0, size: 0.5, fill: 0.5, edge: 1 };
/** For the foreground alone, whose parts belong together by place. */
const BY_PLACE: Likeness = { colour: 0.2, size: 1, fill: 2, edge: 0 };

/** Boxes that overlap by more than this share of their union count as one. */
const SAME_BOX = 0.8;
/** Share of the picture that a proposal has at least; smaller ones are noise. */
const SMALLEST = 0.0008;

/**
 * Regions that may show things, best first: all groups of several hierarchical groupings, ranked by objectness, of
 * nearly equal boxes only the best.
 */
export function proposeRegions(graph: SegmentGraph, most: number): Proposal[] {
  const all = new Set(graph.segments.keys());
  const background = backgroundSegments(graph);
  const foreground = new Set([...all].filter((number) => !background.has(number)));
  const groups = [
    ...groupSegments(graph, BY_PLACE, foreground),
    ...groupSegments(graph, BY_COLOUR, all),
    ...groupSegments(graph, BY_EDGE, all),
  ].filter(({ area }) => area > SMALLEST * graph.width * graph.height);
  const ranked = distinct(groups)
    .map((group) => ({ ...group, score: objectness(objectCues(graph, group, background)) }))
    .sort((one, two) => two.score - one.score);
  return suppress(ranked, most);
}

/** Each set of members once. */
function distinct(groups: readonly Group[]): Group[] {
  return [...new Map(groups.map((group) => [group.members.join(), group])).values()];
}

function suppress(ranked: readonly Proposal[], most: number): Proposal[] {
  const kept: Proposal[] = [];
  for (const proposal of ranked) {
    if (kept.length === most) break;
    if (kept.every(({ bounds }) => overlap(bounds, proposal.bounds) <= SAME_BOX)) kept.push(proposal);
  }
  return kept;
}

/** Intersection over union of two boxes. */
export function overlap(one: Bounds, two: Bounds): number {
  const common = areaOf({
    left: Math.max(one.left, two.left),
    top: Math.max(one.top, two.top),
    right: Math.min(one.right, two.right),
    bottom: Math.min(one.bottom, two.bottom),
  });
  return common / (areaOf(one) + areaOf(two) - common);
}
