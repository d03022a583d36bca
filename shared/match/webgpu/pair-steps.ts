import { quads } from './layouts.ts';
import type { Pace } from './pace.ts';
import type { CaptionRun } from './pair-runs.ts';
import { TILE_REGION_QUADS, TILES, type TileWidth } from './shaders/products.ts';

/** Images of a buffer, listed in a table. */
export interface ImageRows {
  readonly images: GPUBuffer;
  readonly table: GPUBuffer;
  readonly count: number;
  /** The most regions of an image. */
  readonly regions: number;
  /** The caption of each row, in the captions' table and not descending, if the rows are not compared with all of a run. */
  readonly captions?: Uint32Array;
}

/** Images of a table, each with all captions of a run. */
export interface PairBlock {
  readonly rows: ImageRows;
  readonly run: CaptionRun;
  /** Receives the scores of a pair, by its number in the block. */
  readonly place: (pair: number, imageToText: number, textToImage: number) => void;
}

/** Pairs `[first, first + count)` of a block, whole rows of it, which are compared by one dispatch of each shader. */
export interface PairStep {
  readonly block: PairBlock;
  readonly first: number;
  readonly count: number;
  /** Offset of their scores in those of the submission, in pairs. */
  readonly output: number;
}

/** Steps that are sent to the device at once. */
export interface Submission {
  readonly steps: readonly PairStep[];
  readonly pairs: number;
  readonly multiplyAdds: number;
}

/** The most pairs of a step: each has at most four tiles, and a dispatch at most 65,535 workgroups. */
const STEP_PAIRS = 16_383;

/** The most steps, and pairs, of a submission: their scores are 4 MiB. */
export const MOST_STEPS = 128;
const MOST_PAIRS = 2 ** 19;

/** Splits the work into submissions, each of the size that the pace has at that time, but at least a row of images. */
export function* submissions(pace: Pace, blocks: Iterable<PairBlock>): Generator<Submission> {
  let steps: PairStep[] = [];
  let [pairs, multiplyAdds] = [0, 0];
  const take = (): Submission => {
    const taken = { steps, pairs, multiplyAdds };
    [steps, pairs, multiplyAdds] = [[], 0, 0];
    return taken;
  };
  for (const block of blocks) {
    const { captions, mostPairs, multiplyAdds: each } = block.run;
    const most = Math.max(1, Math.floor(Math.min(mostPairs, STEP_PAIRS) / captions));
    for (let row = 0, rows = 0; row < block.rows.count; row += rows) {
      const fitting = () =>
        Math.floor(Math.min(MOST_PAIRS - pairs, (pace.multiplyAdds - multiplyAdds) / each) / captions);
      if (steps.length > 0 && (steps.length === MOST_STEPS || fitting() < 1)) yield take();
      rows = Math.min(block.rows.count - row, most, Math.max(1, fitting()));
      steps.push({ block, first: row * captions, count: rows * captions, output: pairs });
      pairs += rows * captions;
      multiplyAdds += rows * captions * each;
    }
  }
  if (steps.length > 0) yield take();
}

/** Words of a tile's record (`shaders/products.ts`). */
const TILE_WORDS = 8;
export const TILE_BYTES = 4 * TILE_WORDS;

/** The width of a step's tiles: wide where its rows have more words than a narrow tile can read twice. */
export function tileWidth({ block: { run } }: PairStep): TileWidth {
  return run.captions * quads(run.words) > 2 * TILES.narrow.wordQuads ? 'wide' : 'narrow';
}

/** Appends the tiles that cover a step. Neighbours share their images. */
export function addTiles(
  tiles: number[],
  { block: { rows, run }, first, count }: PairStep,
  width: TileWidth,
): void {
  const end = (first + count) / run.captions;
  for (let row = first / run.captions, next = 0; row < end; row = next) {
    const own = rows.captions?.[row];
    next = end;
    if (own !== undefined) for (next = row + 1; next < end && rows.captions?.[next] === own; ) next++;
    const down = Math.ceil(((next - row) * quads(rows.regions)) / TILE_REGION_QUADS);
    const across = Math.ceil((run.captions * quads(run.words)) / TILES[width].wordQuads);
    const pair = row * run.captions - first;
    for (let x = 0; x < down; x++) {
      for (let y = 0; y < across; y++)
        tiles.push(row, next - row, own ?? run.caption, run.captions, pair, x, y, 0);
    }
  }
}
