import { boxArea, boxAround } from './bounds.ts';
import type { Bounds, Segment, SegmentMap } from './segment-map.ts';

/** Several segments taken together. */
export interface Group {
  /** Numbers of its segments. */
  readonly members: readonly number[];
  readonly area: number;
  readonly bounds: Bounds;
  /** Pixel sides of its outline, including the image's border, and the strength of its edge, summed over them. */
  readonly outline: number;
  readonly strength: number;
  /** Shares of the palette's entries, sum 1. */
  readonly colours: Float32Array;
}

/** Weights of the similarities of two groups. */
export interface Likeness {
  /** Common colours. */
  readonly colour: number;
  /** Small size: small groups are joined first, so that groups grow evenly over the image. */
  readonly size: number;
  /** Filling each other's gaps: the box around both is only slightly larger than both. */
  readonly fill: number;
  /** A weak edge between them. */
  readonly edge: number;
}

/** Two groups that touch, while both exist. */
interface Link {
  readonly first: number;
  readonly second: number;
  readonly length: number;
  readonly strength: number;
  readonly likeness: number;
}

/**
 * Hierarchical grouping (Uijlings et al., "Selective Search for Object Recognition", 2013): the two most similar groups
 * that touch become one, until none touch. Every group on the way is returned, including single segments.
 *
 * @param taking only these segments take part.
 */
export function groupSegments(
  segmentMap: SegmentMap,
  weights: Likeness,
  taking: ReadonlySet<number>,
): Group[] {
  const pixels = segmentMap.width * segmentMap.height;
  const groups = singleGroups(segmentMap);
  const link = (first: number, second: number, length: number, strength: number): Link => {
    const [one, two] = [groups[first] as Group, groups[second] as Group];
    return {
      first,
      second,
      length,
      strength,
      likeness: compare(one, two, strength / length, weights, pixels),
    };
  };
  let links = segmentMap.contacts
    .filter(({ first, second }) => taking.has(first) && taking.has(second))
    .map(({ first, second, length, strength }) => link(first, second, length, strength));
  for (let best = mostAlike(links); best !== undefined; best = mostAlike(links)) {
    const { first, second } = best;
    const joined = groups.length;
    groups.push(join(groups[first] as Group, groups[second] as Group, best));
    const kept: Link[] = [];
    const around = new Map<number, { length: number; strength: number }>();
    for (const other of links) {
      if (other === best) continue;
      const fromFirst = other.first === first || other.first === second;
      if (!fromFirst && other.second !== first && other.second !== second) {
        kept.push(other);
        continue;
      }
      const outer = fromFirst ? other.second : other.first;
      const known = around.get(outer);
      around.set(outer, {
        length: other.length + (known?.length ?? 0),
        strength: other.strength + (known?.strength ?? 0),
      });
    }
    for (const [outer, { length, strength }] of around) kept.push(link(outer, joined, length, strength));
    links = kept;
  }
  return groups.filter((_group, number) => number >= segmentMap.segments.length || taking.has(number));
}

/** Each segment as a group of its own. */
function singleGroups({ segments, contacts }: SegmentMap): Group[] {
  const outlines = segments.map(({ border }) => ({ outline: border, strength: 0 }));
  for (const { first, second, length, strength } of contacts) {
    for (const side of [first, second]) {
      const sums = outlines[side] as (typeof outlines)[number];
      sums.outline += length;
      sums.strength += strength;
    }
  }
  return segments.map(({ area, bounds, colours }: Segment, number) => ({
    members: [number],
    area,
    bounds,
    colours,
    ...(outlines[number] as (typeof outlines)[number]),
  }));
}

function join(one: Group, two: Group, { length, strength }: Link): Group {
  const area = one.area + two.area;
  return {
    members: [...one.members, ...two.members],
    area,
    bounds: boxAround(one.bounds, two.bounds),
    outline: one.outline + two.outline - 2 * length,
    strength: one.strength + two.strength - 2 * strength,
    colours: one.colours.map(
      (share, entry) => (share * one.area + (two.colours[entry] as number) * two.area) / area,
    ),
  };
}

function compare(one: Group, two: Group, edge: number, weights: Likeness, pixels: number): number {
  let common = 0;
  for (let entry = 0; entry < one.colours.length; entry++) {
    common += Math.min(one.colours[entry] as number, two.colours[entry] as number);
  }
  const area = one.area + two.area;
  const gap = boxArea(boxAround(one.bounds, two.bounds)) - area;
  return (
    weights.colour * common +
    weights.size * (1 - area / pixels) +
    weights.fill * (1 - gap / pixels) +
    weights.edge * (1 - edge)
  );
}

/** The link with the highest similarity, the first among equal ones. */
function mostAlike(links: readonly Link[]): Link | undefined {
  let best = links[0];
  for (const link of links) if (best === undefined || link.likeness > best.likeness) best = link;
  return best;
}
