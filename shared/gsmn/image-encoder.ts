import * as tf from '@tensorflow/tfjs';
import { type NetworkTensors, networkTensor } from './network-tensors.ts';
import { l2Normalize } from './normalize.ts';
import { product } from './products.ts';

/** The image encoder's weights as the products need them. */
export interface ImageEncoderWeights {
  /** `[F, D]` */
  readonly weight: tf.Tensor2D;
  /** `[D]` */
  readonly bias: tf.Tensor1D;
  /** Whether nodes are divided by their norm. */
  readonly normalize: boolean;
}

/** Lays out the image encoder's weights, differentiably. The caller owns the tensors (`weight` is new). */
export function imageEncoderWeights(
  network: NetworkTensors,
  { normalizeImages }: { readonly normalizeImages: boolean },
): ImageEncoderWeights {
  return {
    weight: tf.transpose(networkTensor<tf.Tensor2D>(network, 'image_encoder.fc.weight')),
    bias: networkTensor<tf.Tensor1D>(network, 'image_encoder.fc.bias'),
    normalize: normalizeImages,
  };
}

/** Regions as nodes: `v = l2norm(W x + b)`, `[rows, F] -> [rows, D]`. The caller owns the result. */
export function encodeRegions(weights: ImageEncoderWeights, features: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const nodes = tf.add(product(features, weights.weight), weights.bias) as tf.Tensor2D;
    return weights.normalize ? l2Normalize(nodes) : nodes;
  });
}
