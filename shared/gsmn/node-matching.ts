import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../schema/index.ts';
import { blockSquares } from './block-gram.ts';
import type { CaptionBatch } from './caption-batch.ts';
import type { ImageBatch } from './image-batch.ts';
import { l2Normalize } from './normalize.ts';
import { batchedProduct, product } from './products.ts';

/** Node-level matching of B images with C captions. */
export interface NodeMatches {
  /** How much a word attends to a region, `[B, C·L, R]`; undefined for padded words. */
  readonly wordAttention: tf.Tensor3D;
  /** How much a region attends to a word, `[C, B·R, L]`; 0 for padded words. */
  readonly regionAttention: tf.Tensor3D;
  /** Matching vectors of words, `[B, C·L, T]`. */
  readonly words: tf.Tensor3D;
  /** Matching vectors of regions, `[C, B·R, T]`. */
  readonly regions: tf.Tensor3D;
}

/**
 * Compares every word with what it attends to, and every region with what it attends to: by the contexts themselves, or,
 * if blocks are longer than graphs are large, by products of nodes. The caller owns the result.
 */
export function matchNodes(images: ImageBatch, captions: CaptionBatch, config: ModelConfig): NodeMatches {
  const [, R, D] = images.nodes.shape;
  return D / config.blocks > R
    ? matchByProducts(images, captions, config)
    : matchByContexts(images, captions, config);
}

/**
 * The method of the paper: contexts `c_w = Σ_r a_w[r] v_r` and `c_r = Σ_w a_r[w] t_w` of D numbers, then block cosines.
 */
export function matchByContexts(
  images: ImageBatch,
  captions: CaptionBatch,
  { blocks, softmaxTemperature }: ModelConfig,
): NodeMatches {
  return tf.tidy(() => {
    const [B, R, D] = images.nodes.shape;
    const [C, L] = captions.mask.shape;
    const regions = tf.reshape(images.nodes, [B * R, D]) as tf.Tensor2D;
    const words = tf.reshape(captions.words, [C * L, D]) as tf.Tensor2D;
    const dots = tf.reshape(product(regions, tf.transpose(words)), [B * R, C, L]) as tf.Tensor3D;
    const { wordAttention, regionAttention } = attention(dots, B, captions, softmaxTemperature);
    const sums = blockSums(D, blocks);
    return {
      wordAttention,
      regionAttention,
      words: contextCosines(words, batchedProduct(wordAttention, images.nodes), sums),
      regions: contextCosines(regions, batchedProduct(regionAttention, captions.words), sums),
    };
  });
}

/** 0/1 matrix `[D, T]`: a product with it sums the numbers of each block. The caller owns it. */
export function blockSums(joint: number, blocks: number): tf.Tensor2D {
  const size = joint / blocks;
  const matrix = Float32Array.from({ length: joint * blocks }, (_, index) =>
    Math.floor(Math.floor(index / blocks) / size) === index % blocks ? 1 : 0,
  );
  return tf.tensor2d(matrix, [joint, blocks]);
}

/**
 * `m[b] = <x^b, c^b> / max(|x^b| |c^b|, 1e-8)` of X nodes with their contexts in N graphs.
 * @param nodes `[X, D]`
 * @param contexts `[N, X, D]`
 * @returns `[N, X, T]`
 */
export function contextCosines(nodes: tf.Tensor2D, contexts: tf.Tensor3D, sums: tf.Tensor2D): tf.Tensor3D {
  return tf.tidy(() => {
    const [N, X, D] = contexts.shape;
    const T = sums.shape[1];
    const blocks = (x: tf.Tensor, count: number) =>
      tf.reshape(product(tf.reshape(x, [count * X, D]), sums), [count, X, T]);
    const dots = blocks(tf.mul(contexts, tf.reshape(nodes, [1, X, D])), N);
    const squares = tf.mul(blocks(tf.square(contexts), N), blocks(tf.square(nodes), 1));
    return tf.div(dots, boundedRoot(squares)) as tf.Tensor3D;
  });
}

/** One root of both squares. Its floor is the square of 1e-8 and keeps the gradient finite at zero vectors. */
function boundedRoot(squares: tf.Tensor): tf.Tensor {
  return tf.sqrt(tf.maximum(squares, 1e-16));
}

/**
 * The same without a context of D numbers: with block products `P^b[r,w] = <v_r^b, t_w^b>` and Gram matrices `G^b`, the
 * attended context has the product `<c_w^b, t_w^b> = Σ_r a_w[r] P^b[r,w]` and the norm `|c_w^b|² = a_wᵀ G^b a_w`, exactly.
 *
 * No intermediate tensor has more than four axes: with more, TF.js's wasm backend transposes ten times slower.
 */
export function matchByProducts(
  images: ImageBatch,
  captions: CaptionBatch,
  config: ModelConfig,
): NodeMatches {
  return tf.tidy(() => {
    const { blocks: T, softmaxTemperature } = config;
    const [B, R] = images.nodes.shape;
    const [C, L] = captions.mask.shape;
    const products = blockProducts(images.nodes, captions.words, T);
    const summed = tf.sum(tf.reshape(products, [T, B * R * C * L]), 0);
    const dots = tf.reshape(summed, [B * R, C, L]) as tf.Tensor3D;
    const { wordAttention, regionAttention } = attention(dots, B, captions, softmaxTemperature);
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

/** `P^b[r,w]` of all pairs, `[T, B·R, C·L]`: one plain product for each block. */
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
 * `A = leaky_relu(S, 0.1)`. Words attend to regions: A is normalised over the words of each region, then softmax over
 * regions. Regions attend to words: A is normalised over the regions of each word, then softmax over words.
 * @param dots `S`, `[B·R, C, L]`
 */
function attention(dots: tf.Tensor3D, B: number, captions: CaptionBatch, temperature: number) {
  return tf.tidy(() => {
    const [BR, C, L] = dots.shape;
    const [R, CL] = [BR / B, C * L];
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
    return tf.div(dots, boundedRoot(tf.mul(contextSquares, squares))) as tf.Tensor3D;
  });
}
