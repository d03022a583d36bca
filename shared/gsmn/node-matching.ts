import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../schema/index.ts';
import { blockSquares } from './block-gram.ts';
import type { CaptionBatch } from './caption-batch.ts';
import type { ImageBatch } from './image-batch.ts';
import { l2Normalize } from './normalize.ts';
import { batchedProduct } from './products.ts';

/** Node-level matching of B images with C captions. */
export interface NodeMatches {
  /** How much a word attends to a region, `[B, C·L, R]`; of padded words without meaning. */
  readonly wordAttention: tf.Tensor3D;
  /** How much a region attends to a word, `[C, B·R, L]`; 0 for padded words. */
  readonly regionAttention: tf.Tensor3D;
  /** Matching vectors of words, `[B, C·L, T]`. */
  readonly words: tf.Tensor3D;
  /** Matching vectors of regions, `[C, B·R, T]`. */
  readonly regions: tf.Tensor3D;
}

/**
 * Compares every word with what it attends to, and every region with what it attends to. No context of D numbers is
 * formed: with block products `P^b[r,w] = <v_r^b, t_w^b>` and Gram matrices `G^b`, the attended context has the product
 * `<c_w^b, t_w^b> = Σ_r a_w[r] P^b[r,w]` and the norm `|c_w^b|² = a_wᵀ G^b a_w`, exactly. The caller owns the result.
 *
 * No tensor has more than four axes on the way: beyond that TF.js's wasm backend transposes ten times slower.
 */
export function matchNodes(images: ImageBatch, captions: CaptionBatch, config: ModelConfig): NodeMatches {
  return tf.tidy(() => {
    const { blocks: T, softmaxTemperature } = config;
    const [B, R] = images.nodes.shape;
    const [C, L] = captions.mask.shape;
    const products = blockProducts(images.nodes, captions.words, T);
    const { wordAttention, regionAttention } = attention(products, B, captions, softmaxTemperature);
    return {
      wordAttention,
      regionAttention,
      words: matchingVectors(
        tf.transpose(tf.reshape(products, [T, B, R, C * L]), [1, 3, 0, 2]),
        wordAttention,
        images.gram,
        tf.reshape(blockSquares(captions.words, T), [1, C * L, T]),
      ),
      regions: matchingVectors(
        tf.transpose(tf.reshape(products, [T, B * R, C, L]), [2, 1, 0, 3]),
        regionAttention,
        captions.gram,
        tf.reshape(blockSquares(images.nodes, T), [1, B * R, T]),
      ),
    };
  });
}

/** `P^b[r,w]` of all pairs, `[T, B·R, C·L]`: one plain product a block. */
function blockProducts(regions: tf.Tensor3D, words: tf.Tensor3D, blocks: number): tf.Tensor3D {
  return tf.tidy(() => {
    const [B, R, D] = regions.shape;
    const [C, L] = words.shape;
    const left: tf.Tensor3D = tf.transpose(tf.reshape(regions, [B * R, blocks, D / blocks]), [1, 0, 2]);
    const right: tf.Tensor3D = tf.transpose(tf.reshape(words, [C * L, blocks, D / blocks]), [1, 2, 0]);
    return batchedProduct(left, right);
  });
}

/**
 * `A = leaky_relu(S, 0.1)`. Words look at regions: A is normalised over the words of each region, then softmax over
 * regions. Regions look at words: A is normalised over the regions of each word, then softmax over words.
 */
function attention(products: tf.Tensor3D, B: number, captions: CaptionBatch, temperature: number) {
  return tf.tidy(() => {
    const [T, BR, CL] = products.shape;
    const [C, L] = captions.mask.shape;
    const R = BR / B;
    const dots = tf.reshape(tf.sum(tf.reshape(products, [T, BR * CL]), 0), [BR, C, L]);
    const byRegion = tf.mul(tf.leakyRelu(dots, 0.1), tf.reshape(captions.mask, [1, C, L]));
    const swap = (x: tf.Tensor): tf.Tensor3D => tf.transpose(x, [0, 2, 1]) as tf.Tensor3D;
    const wordLogits = swap(tf.reshape(l2Normalize(byRegion), [B, R, CL]));
    const byWord = l2Normalize(swap(tf.reshape(byRegion, [B, R, CL])));
    const regionLogits = tf.transpose(tf.reshape(swap(byWord), [BR, C, L]), [1, 0, 2]);
    const exclusion = tf.reshape(captions.exclusion, [C, 1, L]);
    return {
      wordAttention: tf.softmax(tf.mul(wordLogits, temperature)) as tf.Tensor3D,
      regionAttention: tf.softmax(tf.add(tf.mul(regionLogits, temperature), exclusion)) as tf.Tensor3D,
    };
  });
}

/**
 * Block cosines of X attending nodes with what each attends to among the Y nodes of N graphs:
 * `m[b] = <x^b, c^b> / max(|x^b| |c^b|, 1e-8)`.
 * @param products `[N, X, T, Y]`
 * @param attended `[N, X, Y]`
 * @param gram of the attended graphs, `[N, Y, T·Y]`
 * @param squares squared block norms of the attending nodes, `[1, X, T]`
 * @returns `[N, X, T]`
 */
function matchingVectors(
  products: tf.Tensor4D,
  attended: tf.Tensor3D,
  gram: tf.Tensor3D,
  squares: tf.Tensor3D,
): tf.Tensor3D {
  return tf.tidy(() => {
    const weights = tf.expandDims(attended, 2);
    const dots = tf.sum(tf.mul(products, weights), -1);
    const mixed = tf.reshape(batchedProduct(attended, gram), products.shape);
    const contextSquares = tf.sum(tf.mul(mixed, weights), -1);
    // One root of both squares; its floor is the square of 1e-8 and keeps the gradient finite at zero vectors.
    const norms = tf.sqrt(tf.maximum(tf.mul(contextSquares, squares), 1e-16));
    return tf.div(dots, norms);
  });
}
