import * as tf from '@tensorflow/tfjs';
import { AppError } from '../errors/index.ts';
import type { CaptionGraph, Dependencies } from '../model/index.ts';
import type { ModelConfig } from '../schema/index.ts';
import { blockGram } from './block-gram.ts';

/** Added to a logit that must not count. Its exponential is 0 in float32, and it is finite, so it can be differentiated. */
const EXCLUDED = -1e9;

/** C encoded captions, padded to L words, with everything that depends on the caption alone. */
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
  /** Weights of the caption graph's edges `[C, L, L]`, rows summing to 1; only if neighbours are propagated. */
  readonly edges: tf.Tensor3D | undefined;
}

/** L of every caption; refuses nodes that are not whole words. */
export function captionLengths(captions: readonly CaptionGraph[], { jointSize }: ModelConfig): number[] {
  return captions.map(({ words }, index) => {
    if (words.length === 0 || words.length % jointSize !== 0) {
      throw new AppError(
        'shape_mismatch',
        `caption ${index} has ${words.length} node numbers, expected [L, ${jointSize}] with L at least 1`,
      );
    }
    return words.length / jointSize;
  });
}

/** Pads captions to the longest and uploads them. The caller owns the tensors. */
export function uploadCaptions(captions: readonly CaptionGraph[], config: ModelConfig): CaptionBatch {
  const { jointSize } = config;
  const lengths = captionLengths(captions, config);
  const longest = Math.max(...lengths);
  const padded = new Float32Array(captions.length * longest * jointSize);
  for (const [row, { words }] of captions.entries()) padded.set(words, row * longest * jointSize);
  return captionBatch(
    tf.tensor3d(padded, [captions.length, longest, jointSize]),
    lengths,
    captions.map(({ dependencies }) => dependencies),
    config,
  );
}

/**
 * Adds what matching needs to word nodes. The caller owns all tensors except `words`.
 * @param words `[C, L, D]`, padded rows 0
 * @param lengths words of each caption
 * @param dependencies parses, used by sparse models that propagate neighbours; a caption without one has only self
 *   loops
 */
export function captionBatch(
  words: tf.Tensor3D,
  lengths: readonly number[],
  dependencies: readonly (Dependencies | undefined)[],
  config: ModelConfig,
): CaptionBatch {
  const [count, length] = words.shape;
  const gram = blockGram(words, config.blocks);
  const dots = () => tf.sum(tf.reshape(gram, [count, length, config.blocks, length]), 2) as tf.Tensor3D;
  return {
    words,
    gram,
    ...captionMasks(lengths, length),
    edges:
      config.propagation === 'neighbours'
        ? tf.tidy(() => captionEdges(dots(), lengths, dependencies, config))
        : undefined,
  };
}

/** Which positions of captions padded to `length` words hold a word, `[C, L]` each. The caller owns them. */
export function captionMasks(
  lengths: readonly number[],
  length: number,
): Pick<CaptionBatch, 'mask' | 'share' | 'exclusion'> {
  const count = lengths.length;
  const perWord = (value: (words: number, word: number) => number) =>
    tf.tensor2d(
      Float32Array.from({ length: count * length }, (_, index) =>
        value(lengths[Math.floor(index / length)] ?? 0, index % length),
      ),
      [count, length],
    );
  return {
    mask: perWord((words, word) => (word < words ? 1 : 0)),
    share: perWord((words, word) => (word < words ? 1 / words : 0)),
    exclusion: perWord((words, word) => (word < words ? 0 : EXCLUDED)),
  };
}

/**
 * `w_ij = softmax_j (λ t_i·t_j)` over the words that i is joined to. The released code multiplies a softmax over all words
 * with the adjacency, normalises by its norm, weights by the kernel's `p_k` and divides by the sum; norm and `p_k` cancel.
 * @param dots products of words with each other, `[C, L, L]`
 * @returns `[C, L, L]`, rows summing to 1; the caller owns it
 */
export function captionEdges(
  dots: tf.Tensor3D,
  lengths: readonly number[],
  dependencies: readonly (Dependencies | undefined)[],
  { softmaxTemperature, sparse }: ModelConfig,
): tf.Tensor3D {
  return tf.tidy(() => {
    const exclusion = edgeExclusion(lengths, dependencies, dots.shape[1], sparse);
    return tf.softmax(tf.add(tf.mul(dots, softmaxTemperature), exclusion)) as tf.Tensor3D;
  });
}

/** `[C, L, L]`: 0 for an edge, a large negative number elsewhere. */
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

/**
 * Adjacency of a caption's parse: symmetric, with self loops. The first pair (the root) is skipped, and so is a pair
 * that reaches the caption's end or beyond (from a parse of the sentence before it was cut).
 * @param length L, words with `<start>` and `<end>`
 * @returns `[L, L]` of 0 and 1
 */
export function dependencyAdjacency(dependencies: Dependencies, length: number): Uint8Array {
  const adjacency = new Uint8Array(length * length);
  for (let word = 0; word < length; word++) adjacency[word * length + word] = 1;
  for (const [head, dependent] of dependencies.slice(1)) {
    if (head >= length || dependent >= length) continue;
    adjacency[head * length + dependent] = 1;
    adjacency[dependent * length + head] = 1;
  }
  return adjacency;
}
