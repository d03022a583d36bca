import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../schema/index.ts';
import { polarOffsets, VARIANCE_EPSILON } from '../vision/index.ts';
import { blockGram } from './block-gram.ts';
import { type NetworkTensors, networkTensor } from './network-tensors.ts';

/** B encoded images of R regions each, with everything that depends on the image alone. */
export interface ImageBatch {
  /** `[B, R, D]` */
  readonly nodes: tf.Tensor3D;
  /** Products of regions by block, `[B, R, T·R]`. */
  readonly gram: tf.Tensor3D;
  /**
   * The edges of the image graphs as the propagation uses them: `self` gates `[B, R, K]`, `neighbours` weights `[B, K,
   * R, R]`.
   */
  readonly layout: tf.Tensor;
}

/**
 * Weights of the image graph's edges, differentiable in the kernels (the same as `shared/vision`'s `imageKernelWeights`).
 * @param boxes one `[R, 4]` for each image: x1 y1 x2 y2 as fractions of width and height
 * @returns `self`: gates `[B, R, K]`; `neighbours`: weights `[B, K, R, R]`. The caller owns it.
 */
export function imageLayout(
  network: NetworkTensors,
  boxes: readonly ArrayLike<number>[],
  { propagation }: Pick<ModelConfig, 'propagation'>,
): tf.Tensor {
  return tf.tidy(() => {
    const offsets = boxes.map(polarOffsets);
    const regions = (boxes[0]?.length ?? 0) / 4;
    const edges = (parts: Float32Array[]) =>
      tf.reshape(tf.concat(parts.map((part) => tf.tensor1d(part))), [boxes.length, regions, regions, 1]);
    const read = (name: string) =>
      tf.reshape(networkTensor(network, `image_graph.graph_convolution_1.${name}`), [1, 1, 1, -1]);
    const exponent = (difference: tf.Tensor, sigma: tf.Tensor) =>
      tf.div(tf.mul(tf.square(difference), -0.5), tf.add(tf.square(sigma), VARIANCE_EPSILON));
    const distance = tf.sub(edges(offsets.map(({ rho }) => rho)), read('mean_rho'));
    const turn = tf.abs(tf.sub(edges(offsets.map(({ theta }) => theta)), read('mean_theta')));
    const angle = tf.minimum(turn, tf.abs(tf.sub(2 * Math.PI, turn)));
    const weights = tf.softmax(
      tf.add(exponent(distance, read('precision_rho')), exponent(angle, read('precision_theta'))),
    );
    return propagation === 'self' ? tf.sum(weights, 2) : tf.transpose(weights, [0, 3, 1, 2]);
  });
}

/** Adds what matching needs to nodes `[B, R, D]`. The caller owns `gram`; `nodes` and `layout` are passed through. */
export function imageBatch(nodes: tf.Tensor3D, layout: tf.Tensor, blocks: number): ImageBatch {
  return { nodes, layout, gram: blockGram(nodes, blocks) };
}
