import type { ModelConfig } from '../../schema/index.ts';
import type { CaptionSet } from './caption-set.ts';
import { type Dimensions, quads } from './layouts.ts';
import { type Placement, place } from './placement.ts';

/**
 * The most captions of a run. Wide tiles have 128 words; more captions do not read fewer nodes for a pair than some
 * multiple of these, and a dispatch takes whole rows of images with all captions of a run.
 */
const MOST_CAPTIONS = 32;

/** Maximum bytes of scratch of one dispatch. */
const SCRATCH_BYTES = 2 ** 27;

/** Captions of a set with as many quads of words, which are compared with images at once. */
export interface CaptionRun {
  /** The first row in the set's table, and the number of rows. */
  readonly caption: number;
  readonly captions: number;
  /** The most words, rounded up to whole quads. */
  readonly words: number;
  readonly placement: Placement;
  /** The most pairs of a dispatch, by their scratch. */
  readonly mostPairs: number;
  /** For one pair, approximately. */
  readonly multiplyAdds: number;
}

/**
 * Splits a set of captions, longest first, into runs that are compared with images of up to a number of regions. So a long
 * caption does not slow down the short ones.
 */
export function captionRuns(
  order: CaptionSet['order'],
  regions: number,
  { dimensions, invocations, arena }: Pick<MatchSetting, 'dimensions' | 'invocations' | 'arena'>,
): CaptionRun[] {
  const runs: (CaptionRun & { captions: number })[] = [];
  for (const [row, own] of order.entries()) {
    const words = 4 * quads(own.words);
    const last = runs.at(-1);
    if (last?.words === words && last.captions < Math.min(MOST_CAPTIONS, last.mostPairs)) last.captions++;
    else {
      const placement = place({ regions, words }, dimensions, invocations, arena);
      runs.push({
        caption: row,
        captions: 1,
        words,
        placement,
        mostPairs: Math.max(1, Math.floor(SCRATCH_BYTES / (16 * placement.scratch))),
        multiplyAdds: multiplyAdds(regions, words, dimensions),
      });
    }
  }
  return runs;
}

/** Multiply-adds of a pair: its block products, the norms of contexts and the graphs. */
function multiplyAdds(R: number, L: number, { jointSize: D, blocks: T, hidden: H, neighbours }: Dimensions) {
  const norms = (attending: number, attended: number) => (attending * T * attended * (attended + 1)) / 2;
  const graphs = (R + L) * T * H + R * H * H + (neighbours ? (R * R + L * L) * H : 0);
  return R * L * D + norms(R, L) + norms(L, R) + 2 * R * L * T + graphs;
}

/** What all work of a matcher shares. */
export interface MatchSetting {
  readonly config: ModelConfig;
  readonly dimensions: Dimensions;
  readonly invocations: number;
  /** Quads of workgroup memory. */
  readonly arena: number;
}
