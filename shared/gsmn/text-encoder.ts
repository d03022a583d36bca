import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../schema/index.ts';
import { embed } from './embedding.ts';
import { type GruWeights, gruWeights, runGru } from './gru.ts';
import { type NetworkTensors, networkTensor } from './network-tensors.ts';
import { l2Normalize } from './normalize.ts';

/** The text encoder's weights as the products need them. */
export interface TextEncoderWeights {
  /** `[V, E]` */
  readonly embedding: tf.Tensor2D;
  /** By layer, the forward direction and, if there is one, the backward direction. */
  readonly layers: readonly (readonly GruWeights[])[];
  /** Whether nodes are divided by their norm. */
  readonly normalize: boolean;
}

/** Lays out the text encoder's weights, differentiably. The caller owns the tensors (all but `embedding` are new). */
export function textEncoderWeights(network: NetworkTensors, config: ModelConfig): TextEncoderWeights {
  const directions = config.bidirectional ? ['', '_reverse'] : [''];
  return {
    embedding: networkTensor<tf.Tensor2D>(network, 'text_encoder.embed.weight'),
    layers: Array.from({ length: config.layers }, (_, layer) =>
      directions.map((direction) => gruWeights(network, `l${layer}${direction}`)),
    ),
    normalize: config.normalizeCaptions,
  };
}

/**
 * Captions as nodes: embedding, GRU layers (each reads both directions of the one below), the mean of the last layer's
 * directions, l2norm. Shorter captions are padded; padded rows are 0.
 * @param captions word ids, each caption with at least one word
 * @returns `[C, L, D]`, L the longest caption; the caller owns it
 */
export function encodeWords(
  weights: TextEncoderWeights,
  captions: readonly (readonly number[])[],
): tf.Tensor3D {
  return tf.tidy(() => {
    const count = captions.length;
    const length = Math.max(...captions.map((caption) => caption.length));
    // Time-major, so that the words of a step are consecutive. Id 0 is used for padding; the masks remove it.
    const ids = Array.from(
      { length: length * count },
      (_, index) => captions[index % count]?.[Math.floor(index / count)] ?? 0,
    );
    const masks = stepMasks(captions, length);
    let x = tf.reshape(embed(weights.embedding, ids), [length, count, -1]) as tf.Tensor3D;
    let outputs: tf.Tensor3D[] = [];
    for (const layer of weights.layers) {
      outputs = layer.map((direction, index) => runGru(direction, x, masks, index === 1));
      x = outputs.length === 1 ? (outputs[0] as tf.Tensor3D) : tf.concat(outputs, 2);
    }
    const states = outputs.length === 1 ? x : tf.mul(tf.addN(outputs), 1 / outputs.length);
    const words = tf.transpose(states as tf.Tensor3D, [1, 0, 2]);
    return weights.normalize ? l2Normalize(words) : words;
  });
}

/** One `[C, 1]` for each step: 1 if the caption has a word there. Undefined if no caption is padded. */
function stepMasks(captions: readonly (readonly number[])[], length: number): tf.Tensor2D[] | undefined {
  if (captions.every((caption) => caption.length === length)) return undefined;
  return Array.from({ length }, (_, step) =>
    tf.tensor2d(
      captions.map((caption) => (step < caption.length ? 1 : 0)),
      [captions.length, 1],
    ),
  );
}
