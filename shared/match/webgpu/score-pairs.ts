import { assertNotAborted, type PairScores, type WorkOptions } from '../../model/index.ts';
import type { CaptionSet } from './caption-set.ts';
import { guarded } from './gpu-errors.ts';
import { type GpuMemory, readBuffer, USAGE } from './gpu-memory.ts';
import type { Pace } from './pace.ts';
import type { PairDispatcher } from './pair-dispatcher.ts';
import { captionRuns, type MatchSetting } from './pair-runs.ts';
import { type ImageRows, type PairBlock, type Submission, submissions } from './pair-steps.ts';

/** What scoring works with. */
export interface Scorer {
  readonly memory: GpuMemory;
  readonly dispatcher: PairDispatcher;
  readonly pace: Pace;
  readonly setting: MatchSetting;
}

/** Images that are scored, with their rows of the scores. */
export interface ScoredRows extends ImageRows {
  readonly rowOf: (index: number) => number;
  /** R of an image. */
  readonly regionsOf: (index: number) => number;
}

/** Submissions in flight: one is computed while the other is read. */
const UNDER_WAY = 2;

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
    for (const submission of submissions(scorer.pace, blocks)) {
      const slot = slots[turn++ % UNDER_WAY] as Slot;
      await slot.done;
      assertNotAborted(signal);
      const { found } = await submit(scorer, slot, captions, submission);
      slot.done = found.then((pairs) => {
        for (const { block, first, count, output } of submission.steps) {
          for (let pair = 0; pair < count; pair++) {
            const at = 2 * (output + pair);
            block.place(first + pair, pairs[at] as number, pairs[at + 1] as number);
          }
        }
        onPairs(submission.pairs);
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

/** Sends a submission to the device; its result is awaited later. */
async function submit(
  { memory, dispatcher, pace }: Scorer,
  slot: Slot,
  captions: CaptionSet,
  { steps, pairs, multiplyAdds }: Submission,
): Promise<{ readonly found: Promise<Float32Array> }> {
  const bytes = 8 * pairs;
  const { scores, read } = await slot.buffers(bytes);
  const prepared = await dispatcher.prepare(steps);
  const began = performance.now();
  const submitted = guarded(memory.device, `scores of ${pairs} pairs`, () => {
    dispatcher.dispatch(prepared, captions, scores, { buffer: read, bytes });
    return readBuffer(read, bytes);
  });
  const found = submitted.then((numbers) => {
    pace.took(performance.now() - began, multiplyAdds);
    return new Float32Array(numbers);
  });
  return { found };
}
