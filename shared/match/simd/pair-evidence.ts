import type { PairEvidence } from '../../model/index.ts';
import type { Arena } from './arena.ts';
import type { BatchRecord } from './caption-batches.ts';
import type { ImageRecord } from './image-records.ts';
import type { MatchKernel } from './kernel.ts';
import { roundUp } from './layouts.ts';
import { readField, SCRATCH } from './records.ts';

/** One image and a batch of one caption, with scratch that is large enough. */
export interface Pair {
  readonly network: number;
  readonly image: ImageRecord;
  readonly batch: BatchRecord;
  readonly scratch: number;
  /** L */
  readonly words: number;
}

/** Scores the pair and reads what the kernel leaves in its scratch. */
export function readEvidence(
  arena: Arena,
  kernel: MatchKernel,
  { network, image, batch, scratch, words }: Pair,
): PairEvidence {
  const scores = arena.allocate(8);
  try {
    kernel.matchBatch(network, image.address, batch.address, scores, scores + 4, scratch);
    const [imageToText = Number.NaN, textToImage = Number.NaN] = arena.floats(scores, 2);
    const read = (name: keyof typeof SCRATCH, count: number) =>
      arena.floats(readField(arena.memory.buffer, scratch, SCRATCH, name), count);
    const lanes = roundUp(image.regions);
    const attention = {
      words: read('wordAttention', words * lanes),
      regions: read('regionAttention', words * lanes),
    };
    const size = words * image.regions;
    return {
      imageToText,
      textToImage,
      wordAttention: Float32Array.from({ length: size }, (_, at) => {
        const [word, region] = [Math.floor(at / image.regions), at % image.regions];
        return attention.words[word * lanes + region] as number;
      }),
      regionAttention: Float32Array.from({ length: size }, (_, at) => {
        const [region, word] = [Math.floor(at / words), at % words];
        return attention.regions[word * lanes + region] as number;
      }),
      wordScores: read('wordScores', words).slice(),
      regionScores: read('regionScores', image.regions).slice(),
    };
  } finally {
    arena.free(scores);
  }
}
