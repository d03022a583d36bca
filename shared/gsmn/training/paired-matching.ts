import * as tf from '@tensorflow/tfjs';
import type { Dependencies } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import { captionEdges, captionMasks } from '../caption-batch.ts';
import { embed } from '../embedding.ts';
import { blockSums, contextCosines } from '../node-matching.ts';
import { l2Normalize } from '../normalize.ts';
import type { MatchingWeights } from '../pair-matching.ts';
import { batchedProduct } from '../products.ts';
import { scoreRegions, scoreWords } from '../structure-matching.ts';

/** The encoded graphs of a batch, from which pairs are taken. */
export interface EncodedGraphs {
  /** `[B, R, D]` */
  readonly nodes: tf.Tensor3D;
  /** `self`: gates `[B, R, K]`; `neighbours`: edge weights `[B, K, R, R]`. */
  readonly layout: tf.Tensor;
  /** `[C, L, D]`, padded rows 0. */
  readonly words: tf.Tensor3D;
}

/** P pairs of an image with a caption, by their rows. */
export interface PairList {
  readonly images: readonly number[];
  readonly captions: readonly number[];
}

/**
 * GSMN of selected pairs, differentiable: what `matchPairs` computes for all pairs, but with the contexts of D numbers as
 * in the paper, which cost less for few pairs.
 * @param lengths words of every caption
 * @returns GSMN scores, `[P]`; the caller owns it
 */
export function matchPairList(
  weights: MatchingWeights,
  graphs: EncodedGraphs,
  lengths: readonly number[],
  dependencies: readonly (Dependencies | undefined)[],
  pairs: PairList,
  config: ModelConfig,
): tf.Tensor1D {
  return tf.tidy(() => {
    const [, R] = graphs.nodes.shape;
    const P = pairs.images.length;
    const ownLengths = pairs.captions.map((caption) => lengths[caption] ?? 0);
    const L = Math.max(...ownLengths);
    const regions = takeRows(graphs.nodes, pairs.images) as tf.Tensor3D;
    const layout = takeRows(graphs.layout, pairs.images);
    const words = tf.slice(takeRows(graphs.words, pairs.captions), [0, 0, 0], [P, L, -1]) as tf.Tensor3D;
    const masks = captionMasks(ownLengths, L);
    const edges =
      config.propagation === 'neighbours'
        ? captionEdges(
            batchedProduct(words, swap(words)),
            ownLengths,
            pairs.captions.map((caption) => dependencies[caption]),
            config,
          )
        : undefined;
    const matches = matchContexts(regions, words, masks, config);
    const regionScores = scoreRegions(weights.imageGraph, matches.regions, layout, config);
    const wordScores = scoreWords(weights.captionGraph, matches.words, edges);
    const imageToText = tf.mean(tf.reshape(regionScores, [P, R]), 1);
    const textToImage = tf.sum(tf.mul(tf.reshape(wordScores, [P, L]), masks.share), 1);
    return tf.add(imageToText, textToImage) as tf.Tensor1D;
  });
}

/** Matching vectors of regions `[1, P·R, T]` and of words `[1, P·L, T]`, pair by pair. */
function matchContexts(
  regions: tf.Tensor3D,
  words: tf.Tensor3D,
  { mask, exclusion }: { readonly mask: tf.Tensor2D; readonly exclusion: tf.Tensor2D },
  { blocks, softmaxTemperature }: ModelConfig,
) {
  const [P, L] = mask.shape;
  const dots = batchedProduct(regions, swap(words));
  const byRegion = tf.mul(tf.leakyRelu(dots, 0.1), tf.reshape(mask, [P, 1, L])) as tf.Tensor3D;
  const wordLogits = swap(l2Normalize(byRegion));
  const regionLogits = swap(l2Normalize(swap(byRegion)));
  const wordAttention = tf.softmax(tf.mul(wordLogits, softmaxTemperature)) as tf.Tensor3D;
  const regionAttention = tf.softmax(
    tf.add(tf.mul(regionLogits, softmaxTemperature), tf.reshape(exclusion, [P, 1, L])),
  ) as tf.Tensor3D;
  const [, , D] = regions.shape;
  const sums = blockSums(D, blocks);
  const cosines = (nodes: tf.Tensor3D, contexts: tf.Tensor3D) =>
    contextCosines(tf.reshape(nodes, [-1, D]), tf.reshape(contexts, [1, -1, D]), sums);
  return {
    words: cosines(words, batchedProduct(wordAttention, regions)),
    regions: cosines(regions, batchedProduct(regionAttention, words)),
  };
}

/** Rows of the first axis, possibly repeated; gradients are summed. */
function takeRows(x: tf.Tensor, rows: readonly number[]): tf.Tensor {
  const [count = 0, ...rest] = x.shape;
  return tf.reshape(embed(tf.reshape(x, [count, -1]), rows), [rows.length, ...rest]);
}

function swap(x: tf.Tensor3D): tf.Tensor3D {
  return tf.transpose(x, [0, 2, 1]);
}
