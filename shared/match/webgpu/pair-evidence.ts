import { AppError } from '../../errors/index.ts';
import { assertNotAborted, type PairEvidence } from '../../model/index.ts';
import type { CaptionSet } from './caption-set.ts';
import { guarded } from './gpu-errors.ts';
import { readBuffer, USAGE } from './gpu-memory.ts';
import { type CaptionRun, captionRuns } from './pair-runs.ts';
import type { ScoredRows, Scorer } from './score-pairs.ts';
import { evidenceLength } from './shaders/outputs.ts';

/** Maximum bytes of evidence that are read at once. */
const MOST_BYTES = 2 ** 24;

/**
 * Evidence for each image of `images` and the one caption of a set, in the order of the images' rows.
 * @throws AppError `cancelled`, `memory_exhausted`, `internal`
 */
export async function pairEvidence(
  scorer: Scorer,
  images: readonly ScoredRows[],
  caption: CaptionSet,
  signal: AbortSignal | undefined,
): Promise<PairEvidence[]> {
  const evidence: PairEvidence[] = [];
  const words = caption.order[0]?.words ?? 0;
  for (const rows of images) {
    const [run] = captionRuns(caption.order, rows.regions, scorer.setting);
    if (run === undefined) throw new AppError('internal', 'there is no caption to give evidence of');
    const stride = evidenceLength(rows.regions, words);
    const most = Math.min(run.mostPairs, Math.max(1, Math.floor(MOST_BYTES / (4 * (2 + stride)))));
    for (let first = 0; first < rows.count; first += most) {
      assertNotAborted(signal);
      const count = Math.min(most, rows.count - first);
      const numbers = await readNumbers(scorer, rows, caption, run, { first, count, stride });
      for (let pair = 0; pair < count; pair++) {
        const own = numbers.subarray(2 * count + pair * stride);
        evidence[rows.rowOf(first + pair)] = {
          imageToText: numbers[2 * pair] as number,
          textToImage: numbers[2 * pair + 1] as number,
          ...unpackEvidence(own, rows.regionsOf(first + pair), words),
        };
      }
    }
  }
  return evidence;
}

/** The scores of `count` pairs, two each, then `stride` numbers of evidence for each. */
async function readNumbers(
  { memory, dispatcher }: Scorer,
  rows: ScoredRows,
  caption: CaptionSet,
  run: CaptionRun,
  { first, count, stride }: { readonly first: number; readonly count: number; readonly stride: number },
): Promise<Float32Array> {
  const bytes = 4 * count * (2 + stride);
  const found = await memory.allocate(bytes, USAGE.storage | USAGE.copySource);
  try {
    const read = await memory.allocate(bytes, USAGE.mapRead | USAGE.copyTarget);
    try {
      const prepared = await dispatcher.prepare([
        { block: { rows, run, place: () => {} }, first, count, output: 0 },
      ]);
      const numbers = await guarded(memory.device, `the evidence of ${count} pairs`, () => {
        dispatcher.dispatch(prepared, caption, found, { buffer: read, bytes }, stride);
        return readBuffer(read, bytes);
      });
      return new Float32Array(numbers);
    } finally {
      memory.free(read);
    }
  } finally {
    memory.free(found);
  }
}

function unpackEvidence(numbers: Float32Array, regions: number, words: number) {
  let at = 0;
  const take = (count: number) => {
    at += count;
    return numbers.slice(at - count, at);
  };
  return {
    regionScores: take(regions),
    wordScores: take(words),
    wordAttention: take(regions * words),
    regionAttention: take(regions * words),
  };
}
