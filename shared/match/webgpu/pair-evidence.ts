import { AppError } from '../../errors/index.ts';
import type { PairEvidence } from '../../model/index.ts';
import type { CaptionSet } from './caption-set.ts';
import { guarded } from './gpu-errors.ts';
import { readBuffer, USAGE } from './gpu-memory.ts';
import { captionRuns } from './pair-runs.ts';
import type { ScoredRows, Scorer } from './score-pairs.ts';
import { evidenceLength } from './shaders/outputs.ts';

/**
 * What matched what between the one image of `rows` and the one caption of a set.
 * @throws AppError `memory_exhausted`, `internal`
 */
export async function pairEvidence(
  { memory, dispatcher, setting }: Scorer,
  [rows]: readonly ScoredRows[],
  caption: CaptionSet,
): Promise<PairEvidence> {
  if (rows === undefined) throw new AppError('internal', 'there is no image to give evidence of');
  const { regions } = rows;
  const words = caption.order[0]?.words ?? 0;
  const bytes = 4 * evidenceLength(regions, words);
  const found = await memory.allocate(bytes, USAGE.storage | USAGE.copySource);
  try {
    const read = await memory.allocate(bytes, USAGE.mapRead | USAGE.copyTarget);
    try {
      const [run] = captionRuns(caption.order, regions, setting);
      if (run === undefined) throw new AppError('internal', 'there is no caption to give evidence of');
      const pipeline = await dispatcher.prepare(run, 1);
      const range = { first: 0, count: 1, caption: run.caption, captions: 1, output: 0, evidence: true };
      const numbers = await guarded(memory.device, 'the evidence of a pair', () => {
        dispatcher.dispatch(pipeline, rows, caption, run, range, found, { buffer: read, bytes });
        return readBuffer(read, bytes);
      });
      return unpackEvidence(new Float32Array(numbers), regions, words);
    } finally {
      memory.free(read);
    }
  } finally {
    memory.free(found);
  }
}

function unpackEvidence(numbers: Float32Array, regions: number, words: number): PairEvidence {
  let at = 0;
  const take = (count: number) => {
    at += count;
    return numbers.slice(at - count, at);
  };
  const [imageToText = Number.NaN, textToImage = Number.NaN] = take(2);
  return {
    imageToText,
    textToImage,
    regionScores: take(regions),
    wordScores: take(words),
    wordAttention: take(regions * words),
    regionAttention: take(regions * words),
  };
}
