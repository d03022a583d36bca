import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../schema/index.ts';
import { blockSquares } from './block-gram.ts';
import type { CaptionBatch } from './caption-batch.ts';
import type { ImageBatch } from './image-batch.ts';
import { l2Normalize } from './normalize.ts';
import { batchedProduct } from './products.ts';

/** Node-level matching of B images with C captions. */
export interface NodeMatches {
  /** How much a word attends to a region, `[B, C, L, R]`; of padded words without meaning. */
  readonly wordAttention: tf.Tensor4D;
  /** How much a region attends to a word, `[C, B, R, L]`; 0 for padded words. */
  readonly regionAttention: tf.Tensor4D;
  /** Matching vectors of words, `[B, C, L, T]`. */
  readonly words: tf.Tensor4D;
  /** Matching vectors of regions, `[C, B, R, T]`. */
  readonly regions: tf.Tensor4D;
}

/**
 * Compares every word with what it attends to, and every region with what it attends to. No context of D numbers is
 * formed: with block products `P^b[r,w] = <v_r^b, t_w^b>` and Gram matrices `G^b`, the attended context has the product
 * `<c_w^b, t_w^b> = Σ_r a_w[r] P^b[r,w]` and the norm `|c_w^b|² = a_wᵀ G^b a_w`, exactly. The caller owns the result.
 */
export function matchNodes(images: ImageBatch, captions: CaptionBatch, config: ModelConfig): NodeMatches {
  return tf.tidy(() => {
    const { blocks: T, softmaxTemperature } = config;
    const products = blockProducts(images.nodes, captions.words, T);
    const { wordAttention, regionAttention } = attention(products, captions, softmaxTemperature);
    return {
      wordAttention,
      regionAttention,
      words: matchingVectors(
        tf.transpose(products, [1, 3, 4, 0, 2]),
        wordAttention,
        images.gram,
        blockSquares(captions.words, T),
      ),
      regions: matchingVectors(
        tf.transpose(products, [3, 1, 2, 0, 4]),
        regionAttention,
        captions.gram,
        blockSquares(images.nodes, T),
      ),
    };
  });
}

/** `P^b[r,w]` of all pairs, `[T, B, R, C, L]`: one plain product a block. */
function blockProducts(regions: tf.Tensor3D, words: tf.Tensor3D, blocks: number): tf.Tensor5D {
  return tf.tidy(() => {
    const [B, R, D] = regions.shape;
    const [C, L] = words.shape;
    const left = tf.transpose(tf.reshape(regions, [B * R, blocks, D / blocks]), [1, 0, 2]) as tf.Tensor3D;
    const right = tf.transpose(tf.reshape(words, [C * L, blocks, D / blocks]), [1, 2, 0]) as tf.Tensor3D;
    return tf.reshape(batchedProduct(left, right), [blocks, B, R, C, L]);
  });
}

/**
 * `A = leaky_relu(S, 0.1)`. Words look at regions: A is normalised over the words of each region, then softmax over
 * regions. Regions look at words: A is normalised over the regions of each word, then softmax over words.
 */
function attention(products: tf.Tensor5D, captions: CaptionBatch, temperature: number) {
  return tf.tidy(() => {
    const [, , , C, L] = products.shape;
    const mask = tf.reshape(captions.mask, [1, 1, C, L]);
    const byRegion = tf.mul(tf.leakyRelu(tf.sum(products, 0), 0.1), mask) as tf.Tensor4D;
    const byWord = tf.transpose(byRegion, [0, 2, 3, 1]);
    const wordLogits = tf.transpose(l2Normalize(byRegion), [0, 2, 3, 1]);
    const regionLogits = tf.transpose(l2Normalize(byWord as tf.Tensor4D), [1, 0, 3, 2]);
    const exclusion = tf.reshape(captions.exclusion, [C, 1, 1, L]);
    return {
      /** `[B, C, L, R]` */
      wordAttention: tf.softmax(tf.mul(wordLogits, temperature)) as tf.Tensor4D,
      /** `[C, B, R, L]` */
      regionAttention: tf.softmax(tf.add(tf.mul(regionLogits, temperature), exclusion)) as tf.Tensor4D,
    };
  });
}

/**
 * Block cosines of M·X nodes with what each attends to among the Y nodes of N graphs:
 * `m[b] = <x^b, c^b> / max(|x^b| |c^b|, 1e-8)`.
 * @param products `[N, M, X, T, Y]`
 * @param attended `[N, M, X, Y]`
 * @param gram of the attended graphs, `[N, Y, T·Y]`
 * @param squares squared block norms of the attending nodes, `[M, X, T]`
 * @returns `[N, M, X, T]`
 */
function matchingVectors(
  products: tf.Tensor5D,
  attended: tf.Tensor4D,
  gram: tf.Tensor3D,
  squares: tf.Tensor3D,
): tf.Tensor4D {
  return tf.tidy(() => {
    const [N, M, X, T, Y] = products.shape;
    const weights = tf.reshape(attended, [N, M * X, 1, Y]);
    const total = (terms: tf.Tensor) => tf.reshape(tf.sum(tf.mul(terms, weights), -1), [N, M, X, T]);
    const dots = total(tf.reshape(products, [N, M * X, T, Y]));
    const mixed = batchedProduct(tf.reshape(attended, [N, M * X, Y]), gram);
    const contextSquares = total(tf.reshape(mixed, [N, M * X, T, Y]));
    // One root of both squares; its floor is the square of 1e-8 and keeps the gradient finite at zero vectors.
    const norms = tf.sqrt(tf.maximum(tf.mul(contextSquares, squares), 1e-16));
    return tf.div(dots, norms) as tf.Tensor4D;
  });
}
