import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../schema/index.ts';
import type { GraphWeights } from './graph-weights.ts';
import { batchedProduct, product } from './products.ts';

/**
 * Scores of regions: `h_i = concat_k W_k Σ_j w_ij^k n_ij`, then the output layers. With `neighbours`, `n_ij = m_j`; with
 * `self`, `n_ij = m_i`, so only the sums of the edge weights matter, the gates.
 * @param matches matching vectors of regions, `[C, B·R, T]`
 * @param layout `self`: gates `[B, R, K]`; `neighbours`: edge weights `[B, K, R, R]`
 * @returns `[C, B·R]`; the caller owns it
 */
export function scoreRegions(
  weights: GraphWeights,
  matches: tf.Tensor3D,
  layout: tf.Tensor,
  { kernels: K, propagation }: ModelConfig,
): tf.Tensor2D {
  return tf.tidy(() => {
    const [C, BR, T] = matches.shape;
    const H = weights.kernels.shape[1];
    const projected: tf.Tensor2D = product(tf.reshape(matches, [C * BR, T]), weights.kernels);
    const hidden =
      propagation === 'self'
        ? tf.mul(tf.reshape(projected, [C, BR, H]), hiddenGates(tf.reshape(layout, [BR, K]), H))
        : gatherRegions(tf.reshape(projected, [C, BR * K, H / K]), layout as tf.Tensor4D);
    return tf.reshape(nodeScores(weights, tf.reshape(hidden, [C * BR, H])), [C, BR]);
  });
}

/** A gate for every hidden unit, `[n, K] -> [n, H]`: the units of a Gaussian kernel are consecutive. */
function hiddenGates(gates: tf.Tensor2D, hidden: number): tf.Tensor2D {
  const [n, kernels] = gates.shape;
  const repeated = tf.tile(tf.reshape(gates, [n * kernels, 1]), [1, hidden / kernels]);
  return tf.reshape(repeated, [n, hidden]);
}

/** `Σ_j w_ij^k y_j^k`: `values [C, B·R·K, h]`, `edges [B, K, R, R]` -> `[C, B·R·K, h]`. */
function gatherRegions(values: tf.Tensor3D, edges: tf.Tensor4D): tf.Tensor3D {
  const [C, BRK, size] = values.shape;
  const [B, K, R] = edges.shape;
  const captionsLast = tf.reshape(tf.transpose(values, [1, 0, 2]), [B, R, K, C * size]);
  const byKernel = tf.transpose(captionsLast, [0, 2, 1, 3]) as tf.Tensor4D;
  const sums = batchedProduct(tf.reshape(edges, [B * K, R, R]), tf.reshape(byKernel, [B * K, R, C * size]));
  const byRegion = tf.transpose(tf.reshape(sums, [B, K, R, C * size]), [0, 2, 1, 3]);
  return tf.transpose(tf.reshape(byRegion, [BRK, C, size]), [1, 0, 2]);
}

/**
 * Scores of words: `h_i = concat_k (W_k Σ_j w_ij n_ij + β_k)`, then the output layers. The weights of a word's edges sum
 * to 1, so with `self` (`n_ij = m_i`) they have no influence.
 * @param matches matching vectors of words, `[B, C·L, T]`
 * @param edges `[C, L, L]`; undefined for `self`
 * @returns `[B, C·L]`; the caller owns it
 */
export function scoreWords(
  weights: GraphWeights,
  matches: tf.Tensor3D,
  edges: tf.Tensor3D | undefined,
): tf.Tensor2D {
  return tf.tidy(() => {
    const [B, CL, T] = matches.shape;
    const gathered = edges === undefined ? matches : gatherWords(matches, edges);
    const projected = product(tf.reshape(gathered, [B * CL, T]), weights.kernels);
    const hidden: tf.Tensor2D =
      weights.kernelBias === undefined ? projected : tf.add(projected, weights.kernelBias);
    return tf.reshape(nodeScores(weights, hidden), [B, CL]);
  });
}

/** `Σ_j w_ij m_j`: `matches [B, C·L, T]`, `edges [C, L, L]` -> `[B, C·L, T]`. */
function gatherWords(matches: tf.Tensor3D, edges: tf.Tensor3D): tf.Tensor3D {
  const [B, CL, T] = matches.shape;
  const [C, L] = edges.shape;
  const byCaption = tf.reshape(tf.transpose(matches, [1, 0, 2]), [C, L, B * T]) as tf.Tensor3D;
  const sums = batchedProduct(edges, byCaption);
  return tf.transpose(tf.reshape(sums, [CL, B, T]), [1, 0, 2]);
}

/** `out_2(tanh(out_1 h))`: `[n, H] -> [n, 1]`. */
function nodeScores(weights: GraphWeights, hidden: tf.Tensor2D): tf.Tensor2D {
  const activated: tf.Tensor2D = tf.tanh(tf.add(product(hidden, weights.hidden), weights.hiddenBias));
  return tf.add(product(activated, weights.output), weights.outputBias);
}
