import type { Group } from './group-segments.ts';
import type { Segment, SegmentGraph } from './segment-graph.ts';

/** What the pixels say about whether a group is a thing; each from 0 to 1. */
export interface ObjectCues {
  /** Share of its outline, the picture's border included, that is a plain edge. */
  readonly closed: number;
  /** Share of its outline that meets the background. */
  readonly apart: number;
  /** How unlike the colours of its surround its own are. */
  readonly contrast: number;
  /** Share of its box that it fills. */
  readonly filling: number;
  /** Nearness of its area to what things have. */
  readonly size: number;
  /** Share of its box's outline that lies on the picture's border. */
  readonly cut: number;
}

/** The area of a usual thing, as a share of the picture, and the spread of its logarithm. */
const USUAL_AREA = 0.04;
const AREA_SPREAD = 1.6;

/** Segments that the scene is set in: large ones, and those along much of the picture's border. */
export function backgroundSegments({ segments, width, height }: SegmentGraph): ReadonlySet<number> {
  const background = new Set<number>();
  for (const [number, { area, border }] of segments.entries()) {
    const share = area / (width * height);
    const along = border / (width + height);
    if (share > 0.2 || (along > 0.12 && share > 0.015)) background.add(number);
  }
  return background;
}

/** Measures the cues of a group. */
export function objectCues(graph: SegmentGraph, group: Group, background: ReadonlySet<number>): ObjectCues {
  const inside = new Set(group.members);
  const surround = new Float32Array(graph.segments[0]?.colours.length ?? 0);
  const own = new Float32Array(surround.length);
  let border = 0;
  for (const number of group.members) {
    const segment = graph.segments[number] as Segment;
    border += segment.border;
    for (let k = 0; k < own.length; k++)
      own[k] = (own[k] as number) + ((segment.colours[k] as number) * segment.area) / group.area;
  }
  let [length, strength, apart] = [0, 0, 0];
  for (const contact of graph.contacts) {
    const first = inside.has(contact.first);
    if (first === inside.has(contact.second)) continue;
    const outer = first ? contact.second : contact.first;
    length += contact.length;
    strength += contact.strength;
    if (background.has(outer)) apart += contact.length;
    const { colours } = graph.segments[outer] as Segment;
    for (let k = 0; k < own.length; k++)
      surround[k] = (surround[k] as number) + (colours[k] as number) * contact.length;
  }
  const common = own.reduce(
    (sum, share, k) => sum + Math.min(share, length === 0 ? share : (surround[k] as number) / length),
    0,
  );
  const { left, top, right, bottom } = group.bounds;
  const share = group.area / (graph.width * graph.height);
  const distance = Math.log(share / USUAL_AREA) / AREA_SPREAD;
  return {
    closed: strength / Math.max(1, length + border),
    apart: apart / Math.max(1, length + border),
    contrast: 1 - common,
    filling: group.area / ((right - left) * (bottom - top)),
    size: Math.exp(-0.5 * distance * distance),
    cut: Math.min(1, border / (2 * (right - left + bottom - top))),
  };
}

/** One number for all cues, for ranking: the higher, the more a thing. */
export function objectness({ closed, apart, contrast, filling, size, cut }: ObjectCues): number {
  return 2 * closed + 1.5 * apart + 0.5 * contrast + 0.7 * filling + 1.5 * size - 1.5 * cut;
}
