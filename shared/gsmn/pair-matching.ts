import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../schema/index.ts';
import type { CaptionBatch } from './caption-batch.ts';
import type { GraphWeights } from './graph-weights.ts';
import type { ImageBatch } from './image-batch.ts';
import { matchNodes } from './node-matching.ts';
import { scoreRegions, scoreWords } from './structure-matching.ts';

/** The weights of both matching graphs. */
export interface MatchingWeights {
  readonly imageGraph: GraphWeights;
  readonly textGraph: GraphWeights;
}

/** Everything that matching B images with C captions shows. */
export interface PairMatches {
  /** `[B, C, L, R]`, `[C, B, R, L]` */
  readonly wordAttention: tf.Tensor4D;
  readonly regionAttention: tf.Tensor4D;
  /** `[B, C, L]`, `[C, B, R]` */
  readonly wordScores: tf.Tensor3D;
  readonly regionScores: tf.Tensor3D;
  /** i2t and t2i, both `[B, C]`: the means over regions and over words. */
  readonly imageToText: tf.Tensor2D;
  readonly textToImage: tf.Tensor2D;
}

/** Full GSMN of all pairs at once; memory grows with B·C·R·L·T (see `tfjs-matcher.ts`). The caller owns the result. */
export function matchPairs(
  weights: MatchingWeights,
  images: ImageBatch,
  captions: CaptionBatch,
  config: ModelConfig,
): PairMatches {
  return tf.tidy(() => {
    const { wordAttention, regionAttention, words, regions } = matchNodes(images, captions, config);
    const regionScores = scoreRegions(weights.imageGraph, regions, images.layout, config);
    const wordScores = scoreWords(weights.textGraph, words, captions.edges);
    const [C, L] = captions.share.shape;
    return {
      wordAttention,
      regionAttention,
      wordScores,
      regionScores,
      imageToText: tf.transpose(tf.mean(regionScores, 2) as tf.Tensor2D),
      textToImage: tf.sum(tf.mul(wordScores, tf.reshape(captions.share, [1, C, L])), 2) as tf.Tensor2D,
    };
  });
}
