import type { ModelConfig } from '../../schema/index.ts';
import type { CaptionSet } from './caption-set.ts';
import type { Dimensions } from './layouts.ts';
import { type Placement, place } from './placement.ts';

/** Captions of a set with similar lengths, which one shader compares with images. */
export interface CaptionRun {
  /** The first row in the set's table, and the number of rows. */
  readonly caption: number;
  readonly captions: number;
  readonly placement: Placement;
  /** For one pair, approximately. */
  readonly multiplyAdds: number;
}

/**
 * Splits a set of captions, longest first, into groups whose pairs with images of up to a number of regions use the
 * same shader. So a long caption does not slow down the short ones.
 * @param arena floats of workgroup memory that may be used
 */
export function captionRuns(
  order: CaptionSet['order'],
  regions: number,
  { dimensions, invocations, arena }: { dimensions: Dimensions; invocations: number; arena: number },
): CaptionRun[] {
  const runs: { caption: number; captions: number; placement: Placement; multiplyAdds: number }[] = [];
  for (const [row, { words }] of order.entries()) {
    const placement = place({ regions, words }, dimensions, invocations, arena);
    const last = runs.at(-1);
    const alike = last?.placement.spilled === placement.spilled && last.placement.arena === placement.arena;
    if (last !== undefined && alike) last.captions++;
    else {
      runs.push({
        caption: row,
        captions: 1,
        placement,
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
  /** Floats of workgroup memory. */
  readonly arena: number;
}
