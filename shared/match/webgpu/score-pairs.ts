import { assertNotAborted, type PairScores, type WorkOptions } from '../../model/index.ts';
import type { CaptionSet } from './caption-set.ts';
import { guarded } from './gpu-errors.ts';
import { type GpuMemory, readBuffer, USAGE } from './gpu-memory.ts';
import type { Pace } from './pace.ts';
import type { ChunkRows, PairDispatcher } from './pair-dispatcher.ts';
import { type CaptionRun, captionRuns, type MatchSetting } from './pair-runs.ts';

/** What scoring works with. */
export interface Scorer {
  readonly memory: GpuMemory;
  readonly dispatcher: PairDispatcher;
  readonly pace: Pace;
  readonly setting: MatchSetting;
}

/** Images that are scored, with their rows of the scores. */
export interface ScoredRows extends ChunkRows {
  readonly rowOf: (index: number) => number;
  /** R of an image. */
  readonly regionsOf: (index: number) => number;
}

/** Pairs that one shader compares: the images of a table, each with all captions of a group. */
export interface PairBlock {
  readonly rows: ChunkRows;
  readonly run: CaptionRun;
  /** Receives the scores of a pair, by its number in the block. */
  readonly place: (pair: number, imageToText: number, textToImage: number) => void;
}

/** Submissions in flight: one is computed while the other is read. */
const UNDER_WAY = 2;

/** Pairs `[first, first + count)` of a block. */
interface Submission {
  readonly block: PairBlock;
  readonly first: number;
  readonly count: number;
}

/** Buffers of a submission, reused by later ones. */
class Slot {
  readonly #memory: GpuMemory;
  #buffers: { readonly scores: GPUBuffer; readonly read: GPUBuffer } | undefined;
  /** Settles when the last submission is finished. */
  done: Promise<void> = Promise.resolve();

  constructor(memory: GpuMemory) {
    this.#memory = memory;
  }

  async buffers(bytes: number): Promise<{ readonly scores: GPUBuffer; readonly read: GPUBuffer }> {
    if (this.#buffers !== undefined && this.#buffers.scores.size >= bytes) return this.#buffers;
    this.free();
    const scores = await this.#memory.allocate(bytes, USAGE.storage | USAGE.copySource);
    try {
      const read = await this.#memory.allocate(bytes, USAGE.mapRead | USAGE.copyTarget);
      this.#buffers = { scores, read };
      return this.#buffers;
    } catch (thrown) {
      this.#memory.free(scores);
      throw thrown;
    }
  }

  free(): void {
    for (const buffer of Object.values(this.#buffers ?? {})) this.#memory.free(buffer);
    this.#buffers = undefined;
  }
}

/** Scores all pairs of images with a set of captions, and writes them to their positions in `scores`. */
export function* allPairs(
  images: readonly ScoredRows[],
  { order }: CaptionSet,
  scores: PairScores,
  setting: MatchSetting,
): Generator<PairBlock> {
  for (const rows of images) {
    for (const run of captionRuns(order, rows.regions, setting)) {
      yield {
        rows,
        run,
        place: (pair, imageToText, textToImage) => {
          const image = Math.floor(pair / run.captions);
          const caption = order[run.caption + (pair % run.captions)]?.caption ?? 0;
          const at = rows.rowOf(image) * scores.captions + caption;
          scores.imageToText[at] = imageToText;
          scores.textToImage[at] = textToImage;
        },
      };
    }
  }
}

/**
 * Scores blocks of pairs of a set of captions and writes the scores to their positions.
 * @param onPairs is called with the number of pairs of each finished submission
 * @throws AppError `cancelled`, `memory_exhausted`, `internal`
 */
export async function scorePairs(
  scorer: Scorer,
  blocks: Iterable<PairBlock>,
  captions: CaptionSet,
  { signal, onPairs }: Pick<WorkOptions, 'signal'> & { onPairs: (count: number) => void },
): Promise<void> {
  const slots = Array.from({ length: UNDER_WAY }, () => new Slot(scorer.memory));
  let turn = 0;
  try {
    for (const submission of submissions(scorer, blocks)) {
      const slot = slots[turn++ % UNDER_WAY] as Slot;
      await slot.done;
      assertNotAborted(signal);
      const { found } = await submit(scorer, slot, captions, submission);
      slot.done = found.then((pairs) => {
        for (let pair = 0; pair < submission.count; pair++) {
          const [imageToText, textToImage] = [pairs[2 * pair] as number, pairs[2 * pair + 1] as number];
          submission.block.place(submission.first + pair, imageToText, textToImage);
        }
        onPairs(submission.count);
      });
      // It is awaited later; until then it must not count as unhandled.
      slot.done.catch(() => {});
    }
    for (const { done } of slots) await done;
  } finally {
    await Promise.allSettled(slots.map(({ done }) => done));
    for (const slot of slots) slot.free();
  }
}

/** Splits the work into submissions, each of the size that the pace has at that time. */
function* submissions({ pace, dispatcher }: Scorer, blocks: Iterable<PairBlock>): Generator<Submission> {
  for (const block of blocks) {
    const { rows, run } = block;
    const total = rows.count * run.captions;
    for (let first = 0, count = 0; first < total; first += count) {
      count = Math.min(total - first, pace.pairs(run.multiplyAdds), dispatcher.limit(run));
      yield { block, first, count };
    }
  }
}

/** Sends a submission to the device; its result is awaited later. */
async function submit(
  { memory, dispatcher, pace }: Scorer,
  slot: Slot,
  captions: CaptionSet,
  { block: { rows, run }, first, count }: Submission,
): Promise<{ readonly found: Promise<Float32Array> }> {
  const bytes = 8 * count;
  const { scores, read } = await slot.buffers(bytes);
  const pipeline = await dispatcher.prepare(run, count);
  const began = performance.now();
  const range = { first, count, caption: run.caption, captions: run.captions, output: 0 };
  const submitted = guarded(memory.device, `scores of ${count} pairs`, () => {
    dispatcher.dispatch(pipeline, rows, captions, run, range, scores, { buffer: read, bytes });
    return readBuffer(read, bytes);
  });
  const found = submitted.then((numbers) => {
    pace.took(performance.now() - began);
    return new Float32Array(numbers);
  });
  return { found };
}
