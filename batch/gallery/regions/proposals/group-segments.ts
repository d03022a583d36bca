import type { Bounds, Segment, SegmentGraph } from './segment-graph.ts';

/** Some segments taken together. */
export interface Group {
  /** Numbers of its segments, ascending. */
  readonly members: readonly number[];
  readonly area: number;
  readonly bounds: Bounds;
}

/** How much each likeness counts when two groups are compared. */
export interface Likeness {
  /** Common colours. */
  readonly colour: number;
  /** Being small: small ones are joined first, so that groups grow evenly over the picture. */
  readonly size: number;
  /** Filling each other's gaps: the box around both is little larger than both. */
  readonly fill: number;
  /** A weak edge between them. */
  readonly edge: number;
}

/** A group while it grows. */
interface Node extends Group {
  readonly colours: Float32Array;
}

/** What is known of two nodes that touch. */
interface Link {
  readonly length: number;
  readonly strength: number;
  readonly likeness: number;
}

/**
 * Hierarchical grouping (Uijlings et al., "Selective Search for Object Recognition", 2013): the two most alike groups
 * that touch become one, until none touch. Every group that arises is returned, single segments included.
 *
 * @param taking only these segments take part.
 */
export function groupSegments(graph: SegmentGraph, weights: Likeness, taking: ReadonlySet<number>): Group[] {
  const pixels = graph.width * graph.height;
  const nodes = new Map<number, Node>();
  const links = new Map<number, Map<number, Link>>();
  for (const number of taking) {
    nodes.set(number, nodeOf(graph.segments[number] as Segment, number));
    links.set(number, new Map());
  }
  const connect = (one: number, two: number, length: number, strength: number): void => {
    const likeness = compare(
      nodes.get(one) as Node,
      nodes.get(two) as Node,
      strength / length,
      weights,
      pixels,
    );
    links.get(one)?.set(two, { length, strength, likeness });
    links.get(two)?.set(one, { length, strength, likeness });
  };
  for (const { first, second, length, strength } of graph.contacts) {
    if (taking.has(first) && taking.has(second)) connect(first, second, length, strength);
  }
  const groups: Group[] = [...nodes.values()];
  let next = graph.segments.length;
  for (let pair = mostAlike(links); pair !== undefined; pair = mostAlike(links)) {
    const joined = join(nodes.get(pair[0]) as Node, nodes.get(pair[1]) as Node);
    const around = new Map<number, { length: number; strength: number }>();
    for (const old of pair) {
      for (const [other, { length, strength }] of links.get(old) ?? []) {
        links.get(other)?.delete(old);
        if (other === pair[0] || other === pair[1]) continue;
        const known = around.get(other);
        around.set(other, {
          length: length + (known?.length ?? 0),
          strength: strength + (known?.strength ?? 0),
        });
      }
      links.delete(old);
      nodes.delete(old);
    }
    nodes.set(next, joined);
    links.set(next, new Map());
    for (const [other, { length, strength }] of around) connect(next, other, length, strength);
    groups.push(joined);
    next++;
  }
  return groups;
}

function nodeOf(segment: Segment, number: number): Node {
  const { area, bounds, colours } = segment;
  return { members: [number], area, bounds, colours };
}

/** The smallest box around two. */
export function around(one: Bounds, two: Bounds): Bounds {
  return {
    left: Math.min(one.left, two.left),
    top: Math.min(one.top, two.top),
    right: Math.max(one.right, two.right),
    bottom: Math.max(one.bottom, two.bottom),
  };
}

/** Pixels of a box. */
export function areaOf({ left, top, right, bottom }: Bounds): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top);
}

function join(one: Node, two: Node): Node {
  const area = one.area + two.area;
  return {
    members: [...one.members, ...two.members].sort((a, b) => a - b),
    area,
    bounds: around(one.bounds, two.bounds),
    colours: one.colours.map(
      (share, entry) => (share * one.area + (two.colours[entry] as number) * two.area) / area,
    ),
  };
}

function compare(one: Node, two: Node, edge: number, weights: Likeness, pixels: number): number {
  let common = 0;
  for (let entry = 0; entry < one.colours.length; entry++) {
    common += Math.min(one.colours[entry] as number, two.colours[entry] as number);
  }
  const area = one.area + two.area;
  const gap = areaOf(around(one.bounds, two.bounds)) - area;
  return (
    weights.colour * common +
    weights.size * (1 - area / pixels) +
    weights.fill * (1 - gap / pixels) +
    weights.edge * (1 - edge)
  );
}

/** The pair with the highest likeness; of equal ones the first that was linked. */
function mostAlike(links: ReadonlyMap<number, ReadonlyMap<number, Link>>): [number, number] | undefined {
  let best: [number, number] | undefined;
  let highest = Number.NEGATIVE_INFINITY;
  for (const [one, others] of links) {
    for (const [two, { likeness }] of others) {
      if (likeness <= highest || two < one) continue;
      highest = likeness;
      best = [one, two];
    }
  }
  return best;
}
