import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../schema/index.ts';
import type { CaptionBatch } from './caption-batch.ts';
import { captionGraphWeights, type GraphWeights, imageGraphWeights } from './graph-weights.ts';
import type { ImageBatch } from './image-batch.ts';
import type { NetworkTensors } from './network-tensors.ts';
import { matchNodes } from './node-matching.ts';
import { scoreRegions, scoreWords } from './structure-matching.ts';

/** The weights of both matching graphs. */
export interface MatchingWeights {
  readonly imageGraph: GraphWeights;
  readonly captionGraph: GraphWeights;
}

/** Lays out the weights of both graphs, differentiably. The caller owns the tensors (the biases belong to the network). */
export function matchingWeights(network: NetworkTensors, config: ModelConfig): MatchingWeights {
  return {
    imageGraph: imageGraphWeights(network, config),
    captionGraph: captionGraphWeights(network, config),
  };
}

/** All results of matching B images with C captions. */
export interface PairMatches {
  /** `[B, C·L, R]`, undefined for padded words */
  readonly wordAttention: tf.Tensor3D;
  /** `[C, B·R, L]` */
  readonly regionAttention: tf.Tensor3D;
  /** `[B, C·L]`, undefined for padded words */
  readonly wordScores: tf.Tensor2D;
  /** `[C, B·R]` */
  readonly regionScores: tf.Tensor2D;
  /** i2t, `[B, C]`: the mean over regions. */
  readonly imageToText: tf.Tensor2D;
  /** t2i, `[B, C]`: the mean over words. */
  readonly textToImage: tf.Tensor2D;
}

/**
 * Full GSMN of all pairs at once. Memory grows with B·C·R·L·T (`tfjs-matcher.ts` splits the work). The caller owns the
 * result.
 */
export function matchPairs(
  weights: MatchingWeights,
  images: ImageBatch,
  captions: CaptionBatch,
  config: ModelConfig,
): PairMatches {
  return tf.tidy(() => {
    const [B, R] = images.nodes.shape;
    const [C, L] = captions.share.shape;
    const { wordAttention, regionAttention, words, regions } = matchNodes(images, captions, config);
    const regionScores = scoreRegions(weights.imageGraph, regions, images.layout, config);
    const wordScores = scoreWords(weights.captionGraph, words, captions.edges);
    const shares = tf.mul(tf.reshape(wordScores, [B, C, L]), tf.reshape(captions.share, [1, C, L]));
    return {
      wordAttention,
      regionAttention,
      wordScores,
      regionScores,
      imageToText: tf.transpose(tf.mean(tf.reshape(regionScores, [C, B, R]), 2)) as tf.Tensor2D,
      textToImage: tf.sum(shares, 2) as tf.Tensor2D,
    };
  });
}
