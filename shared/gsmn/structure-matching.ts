import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../schema/index.ts';
import type { GraphWeights } from './graph-weights.ts';
import { batchedProduct, product } from './products.ts';

/**
 * Scores of regions: `h_i = concat_k W_k Σ_j w_ij^k n_ij`, then the output layers. With `neighbours`, `n_ij = m_j`; with
 * `self`, `n_ij = m_i`, so that the edges act by their sums, the gates.
 * @param matches matching vectors of regions, `[C, B, R, T]`
 * @param layout `self`: gates `[B, R, K]`; `neighbours`: edge weights `[B, K, R, R]`
 * @returns `[C, B, R]`; the caller owns it
 */
export function scoreRegions(
  weights: GraphWeights,
  matches: tf.Tensor4D,
  layout: tf.Tensor,
  { kernels: K, propagation }: ModelConfig,
): tf.Tensor3D {
  return tf.tidy(() => {
    const [C, B, R] = matches.shape;
    const size = weights.kernels.shape[1] / K;
    const projected = tf.reshape(applyLast(matches, weights.kernels), [C, B, R, K, size]) as tf.Tensor5D;
    const hidden =
      propagation === 'self'
        ? tf.mul(projected, tf.reshape(layout, [1, B, R, K, 1]))
        : gatherRegions(projected, layout as tf.Tensor4D);
    return nodeScores(weights, tf.reshape(hidden, [C * B * R, K * size])).reshape([C, B, R]);
  });
}

/** `Σ_j w_ij^k y_j^k`: `values [C, B, R, K, h]`, `edges [B, K, R, R]` -> `[C, B, R, K, h]`. */
function gatherRegions(values: tf.Tensor5D, edges: tf.Tensor4D): tf.Tensor5D {
  const [C, B, R, K, size] = values.shape;
  const byKernel = tf.reshape(tf.transpose(values, [1, 3, 2, 0, 4]), [B * K, R, C * size]) as tf.Tensor3D;
  const sums = batchedProduct(tf.reshape(edges, [B * K, R, R]), byKernel);
  return tf.transpose(tf.reshape(sums, [B, K, R, C, size]), [3, 0, 2, 1, 4]);
}

/**
 * Scores of words: `h_i = concat_k (W_k Σ_j w_ij n_ij + β_k)`, then the output layers. The weights of a word's edges sum
 * to 1, so that with `self` (`n_ij = m_i`) they have no influence.
 * @param matches matching vectors of words, `[B, C, L, T]`
 * @param edges `[C, L, L]`; undefined for `self`
 * @returns `[B, C, L]`; the caller owns it
 */
export function scoreWords(
  weights: GraphWeights,
  matches: tf.Tensor4D,
  edges: tf.Tensor3D | undefined,
): tf.Tensor3D {
  return tf.tidy(() => {
    const [B, C, L, T] = matches.shape;
    const gathered = edges === undefined ? matches : gatherWords(matches, edges);
    const rows = tf.reshape(gathered, [B * C * L, T]) as tf.Tensor2D;
    const projected = product(rows, weights.kernels);
    const hidden = weights.kernelBias === undefined ? projected : tf.add(projected, weights.kernelBias);
    return nodeScores(weights, hidden as tf.Tensor2D).reshape([B, C, L]);
  });
}

/** `Σ_j w_ij m_j`: `matches [B, C, L, T]`, `edges [C, L, L]` -> `[B, C, L, T]`. */
function gatherWords(matches: tf.Tensor4D, edges: tf.Tensor3D): tf.Tensor4D {
  const [B, C, L, T] = matches.shape;
  const byCaption = tf.reshape(tf.transpose(matches, [1, 2, 0, 3]), [C, L, B * T]) as tf.Tensor3D;
  const sums = batchedProduct(edges, byCaption);
  return tf.transpose(tf.reshape(sums, [C, L, B, T]), [2, 0, 1, 3]);
}

/** `out_2(tanh(out_1 h))`: `[n, H] -> [n, 1]`. */
function nodeScores(weights: GraphWeights, hidden: tf.Tensor2D): tf.Tensor2D {
  const activated = tf.tanh(tf.add(product(hidden, weights.hidden), weights.hiddenBias)) as tf.Tensor2D;
  return tf.add(product(activated, weights.output), weights.outputBias);
}

/** A product over the last axis: `x [..., T] · w [T, H] -> [n, H]`. */
function applyLast(x: tf.Tensor, w: tf.Tensor2D): tf.Tensor2D {
  return product(tf.reshape(x, [-1, w.shape[0]]), w);
}
