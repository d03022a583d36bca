import { type Dimensions, quads } from './layouts.ts';

/**
 * The arrays of a pair, in the order in which they are placed: those of all nodes and the attentions are read most
 * often. Arrays that do not fit in workgroup memory go to scratch, so pairs of any size can be compared. Arrays of one
 * group are consecutive; those of `work` overlap if one is no longer needed before the other is written.
 */
const GROUPS = {
  nodes: ['matches', 'scales', 'node_scores'],
  attention: ['word_attention', 'region_attention'],
  work: ['word_norms', 'region_norms', 'projected', 'gathered'],
} as const;

type Group = keyof typeof GROUPS;
export type PairArray = (typeof GROUPS)[Group][number];

const ORDER: readonly Group[] = ['nodes', 'attention', 'work'];

/** Sizes of workgroup memory that a shader is made for, in quads; only a few, so that few shaders are made. */
const ARENA_SIZES = [512, 1024, 1536, 2048, 3072, 4096, 8192];

/** Placement of the arrays of a pair, for pairs of up to a number of regions and words; all sizes are in quads. */
export interface Placement {
  /** Number of groups in scratch, counted from the last. */
  readonly spilled: number;
  /** Workgroup memory. */
  readonly arena: number;
  /** Scratch of each pair: its block products, then what is spilled. */
  readonly scratch: number;
  /** Offset of each array in the memory of its group. */
  readonly offsets: Readonly<Record<PairArray, number>>;
  /** Number of parts that the sums of context norms are split into, so that every invocation has some. */
  readonly wordParts: number;
  readonly regionParts: number;
}

/** Whether an array is in workgroup memory if that number of groups is spilled. */
export function inArena(array: PairArray, spilled: number): boolean {
  return ORDER.slice(0, ORDER.length - spilled).some((group) =>
    (GROUPS[group] as readonly PairArray[]).includes(array),
  );
}

/**
 * Places the arrays of pairs of up to R regions and L words.
 * @param most quads of workgroup memory that may be used
 */
export function place(
  { regions: R, words: L }: { readonly regions: number; readonly words: number },
  { blocks: T, blockQuads, hidden: H }: Dimensions,
  invocations: number,
  most: number,
): Placement {
  const [regionQuads, wordQuads] = [quads(R), quads(L)];
  const nodes = regionQuads + wordQuads;
  const partsOf = (attendingQuads: number, attended: number) =>
    Math.max(1, Math.min(attended, Math.floor(invocations / (attendingQuads * blockQuads))));
  const [wordParts, regionParts] = [partsOf(wordQuads, R), partsOf(regionQuads, L)];
  const wordNorms = wordParts * 4 * blockQuads * wordQuads;
  const wordAttention = 4 * regionQuads * wordQuads;
  const sizes = {
    nodes: nodes * (T + 2),
    attention: wordAttention + L * regionQuads,
    work: Math.max(wordNorms + regionParts * 4 * blockQuads * regionQuads, 2 * nodes * H),
  };
  let spilled = 0;
  let wanted = sizes.nodes + sizes.attention + sizes.work;
  for (const group of ORDER.toReversed()) {
    if (wanted <= most) break;
    spilled++;
    wanted -= sizes[group];
  }
  const begins = { nodes: 0, attention: 0, work: 0 };
  const ends = { arena: 0, scratch: T * L * regionQuads };
  for (const [index, group] of ORDER.entries()) {
    const memory = index < ORDER.length - spilled ? 'arena' : 'scratch';
    begins[group] = ends[memory];
    ends[memory] += sizes[group];
  }
  return {
    spilled,
    arena: Math.min(most, ARENA_SIZES.find((size) => size >= ends.arena) ?? most),
    scratch: ends.scratch,
    offsets: {
      matches: begins.nodes,
      scales: begins.nodes + nodes * T,
      node_scores: begins.nodes + nodes * (T + 1),
      word_attention: begins.attention,
      region_attention: begins.attention + wordAttention,
      word_norms: begins.work,
      region_norms: begins.work + wordNorms,
      projected: begins.work,
      gathered: begins.work + nodes * H,
    },
    wordParts,
    regionParts,
  };
}
