import * as tf from '@tensorflow/tfjs';
import type { Dependencies } from '../model/index.ts';
import type { ModelConfig } from '../schema/index.ts';
import { blockGram } from './block-gram.ts';
import { dependencyAdjacency } from './dependency-graph.ts';

/** Added to a logit that must not count; its exponential is 0 in float32, and it is finite, so differentiable. */
const EXCLUDED = -1e9;

/** C encoded captions, padded to L words, with what depends on the caption alone. */
export interface CaptionBatch {
  /** `[C, L, D]`, padded rows 0. */
  readonly words: tf.Tensor3D;
  /** Products of words by block, `[C, L, T·L]`. */
  readonly gram: tf.Tensor3D;
  /** `[C, L]`: 1 for a word, 0 for padding. */
  readonly mask: tf.Tensor2D;
  /** `[C, L]`: 1 / words of the caption for a word, 0 for padding. */
  readonly share: tf.Tensor2D;
  /** `[C, L]`: 0 for a word, a large negative number for padding; added to logits. */
  readonly exclusion: tf.Tensor2D;
  /** Weights of the caption graph's edges `[C, L, L]`, rows summing to 1; only where neighbours are propagated. */
  readonly edges: tf.Tensor3D | undefined;
}

/**
 * Adds to word nodes what matching wants of them. The caller owns all but `words`.
 * @param words `[C, L, D]`, padded rows 0
 * @param lengths words of each caption
 * @param dependencies parses, looked at by sparse models that propagate neighbours; a caption without one is its words
 *   with self loops alone
 */
export function captionBatch(
  words: tf.Tensor3D,
  lengths: readonly number[],
  dependencies: readonly (Dependencies | undefined)[],
  config: ModelConfig,
): CaptionBatch {
  const [count, length] = words.shape;
  const perWord = (value: (caption: number, word: number) => number) =>
    tf.tensor2d(
      Float32Array.from({ length: count * length }, (_, index) =>
        value(Math.floor(index / length), index % length),
      ),
      [count, length],
    );
  const has = (caption: number, word: number) => word < (lengths[caption] ?? 0);
  const gram = blockGram(words, config.blocks);
  return {
    words,
    gram,
    mask: perWord((caption, word) => (has(caption, word) ? 1 : 0)),
    share: perWord((caption, word) => (has(caption, word) ? 1 / (lengths[caption] ?? 1) : 0)),
    exclusion: perWord((caption, word) => (has(caption, word) ? 0 : EXCLUDED)),
    edges:
      config.propagation === 'neighbours'
        ? captionEdges(gram, edgeExclusion(lengths, dependencies, length, config.sparse), config)
        : undefined,
  };
}

/**
 * `w_ij = softmax_j (λ t_i·t_j)` over the words that i is joined to. The released code multiplies a softmax over all words
 * with the adjacency, normalises by its norm, weighs by the kernel's `p_k` and divides by the sum: norm and `p_k` cancel.
 */
function captionEdges(gram: tf.Tensor3D, exclusion: tf.Tensor3D, config: ModelConfig): tf.Tensor3D {
  return tf.tidy(() => {
    const [count, length] = gram.shape;
    const dots = tf.sum(tf.reshape(gram, [count, length, config.blocks, length]), 2);
    return tf.softmax(tf.add(tf.mul(dots, config.softmaxTemperature), exclusion)) as tf.Tensor3D;
  });
}

/** `[C, L, L]`: 0 where there is an edge, a large negative number elsewhere. */
function edgeExclusion(
  lengths: readonly number[],
  dependencies: readonly (Dependencies | undefined)[],
  length: number,
  sparse: boolean,
): tf.Tensor3D {
  const exclusion = new Float32Array(lengths.length * length * length).fill(EXCLUDED);
  for (const [caption, words] of lengths.entries()) {
    const adjacency = sparse ? dependencyAdjacency(dependencies[caption] ?? [], words) : undefined;
    for (let edge = 0; edge < words * words; edge++) {
      const [i, j] = [Math.floor(edge / words), edge % words];
      if (adjacency === undefined || adjacency[edge] === 1)
        exclusion[(caption * length + i) * length + j] = 0;
    }
  }
  return tf.tensor3d(exclusion, [lengths.length, length, length]);
}
