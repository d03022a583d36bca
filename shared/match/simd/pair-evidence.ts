import type { PairEvidence } from '../../model/index.ts';
import type { Arena } from './arena.ts';
import type { BatchRecord } from './caption-batches.ts';
import type { ImageRecord } from './image-records.ts';
import type { MatchKernel } from './kernel.ts';
import { roundUp } from './layouts.ts';
import { readField, SCRATCH } from './records.ts';

/** One image and a batch of one caption. */
export interface Pair {
  readonly network: number;
  readonly image: ImageRecord;
  readonly batch: BatchRecord;
  /** Large enough for both, and 8 bytes for the scores. */
  readonly scratch: number;
  readonly scores: number;
  /** L */
  readonly words: number;
}

/** Scores the pair and reads the results that the kernel leaves in its scratch. */
export function readEvidence(
  arena: Arena,
  kernel: MatchKernel,
  { network, image, batch, scratch, scores, words }: Pair,
): PairEvidence {
  kernel.matchBatch(network, image.address, batch.address, scores, scores + 4, scratch);
  const [imageToText = Number.NaN, textToImage = Number.NaN] = arena.floats(scores, 2);
  const read = (name: keyof typeof SCRATCH, count: number) =>
    arena.floats(readField(arena.memory.buffer, scratch, SCRATCH, name), count);
  const { regions } = image;
  const lanes = roundUp(regions);
  const [byWords, byRegions] = [read('wordAttention', words * lanes), read('regionAttention', words * lanes)];
  const wordAttention = new Float32Array(words * regions);
  const regionAttention = new Float32Array(words * regions);
  for (let word = 0; word < words; word++) {
    wordAttention.set(byWords.subarray(word * lanes, word * lanes + regions), word * regions);
    for (let region = 0; region < regions; region++)
      regionAttention[region * words + word] = byRegions[word * lanes + region] as number;
  }
  return {
    imageToText,
    textToImage,
    wordAttention,
    regionAttention,
    wordScores: read('wordScores', words).slice(),
    regionScores: read('regionScores', regions).slice(),
  };
}
