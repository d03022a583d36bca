import * as tf from '@tensorflow/tfjs';
import { AppError } from '../errors/index.ts';
import type { CaptionGraph } from '../model/index.ts';
import type { ModelConfig } from '../schema/index.ts';
import { type CaptionBatch, captionBatch } from './caption-batch.ts';

/** L of every caption; refuses nodes that are not whole words. */
export function captionLengths(captions: readonly CaptionGraph[], { jointSize }: ModelConfig): number[] {
  return captions.map(({ words }, index) => {
    if (words.length === 0 || words.length % jointSize !== 0) {
      throw new AppError(
        'shape_mismatch',
        `caption ${index} has ${words.length} node numbers, expected [L, ${jointSize}] with L at least 1`,
      );
    }
    return words.length / jointSize;
  });
}

/** Pads captions to the longest and uploads them. The caller owns the tensors. */
export function uploadCaptions(captions: readonly CaptionGraph[], config: ModelConfig): CaptionBatch {
  const { jointSize } = config;
  const lengths = captionLengths(captions, config);
  const longest = Math.max(...lengths);
  const padded = new Float32Array(captions.length * longest * jointSize);
  for (const [row, { words }] of captions.entries()) padded.set(words, row * longest * jointSize);
  return captionBatch(
    tf.tensor3d(padded, [captions.length, longest, jointSize]),
    lengths,
    captions.map(({ dependencies }) => dependencies),
    config,
  );
}
