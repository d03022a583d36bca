import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../schema/index.ts';
import { type NetworkTensors, networkTensor } from './network-tensors.ts';

/** Weights of the convolution and output of one of the two graphs. */
export interface GraphWeights {
  /** The K kernels' `W_k` side by side, `[T, H]`. */
  readonly kernels: tf.Tensor2D;
  /** The K kernels' `β_k`, `[H]`; the image graph has none. */
  readonly kernelBias: tf.Tensor1D | undefined;
  /** `[H, H]`, `[H]` */
  readonly hidden: tf.Tensor2D;
  readonly hiddenBias: tf.Tensor1D;
  /** `[H, 1]`, `[1]` */
  readonly output: tf.Tensor2D;
  readonly outputBias: tf.Tensor1D;
}

/** Lays out the image graph's weights, differentiably. The caller owns the tensors (the biases belong to the network). */
export function imageGraphWeights(network: NetworkTensors, config: ModelConfig): GraphWeights {
  return graphWeights(network, 'image_graph', 'image_graph.graph_convolution_1', config, false);
}

/** Lays out the caption graph's weights, differentiably. The caller owns the tensors (the biases belong to the network). */
export function captionGraphWeights(network: NetworkTensors, config: ModelConfig): GraphWeights {
  return graphWeights(network, 'text_graph', 'text_graph.graph_convolution_3', config, true);
}

function graphWeights(
  network: NetworkTensors,
  part: string,
  convolution: string,
  { kernels }: ModelConfig,
  biased: boolean,
): GraphWeights {
  return tf.tidy(() => {
    const each = <T extends tf.Tensor>(name: string) =>
      Array.from({ length: kernels }, (_, k) =>
        networkTensor<T>(network, `${convolution}.conv_weights.${k}.${name}`),
      );
    return {
      kernels: tf.transpose(tf.concat(each<tf.Tensor2D>('weight'))),
      kernelBias: biased ? tf.concat(each<tf.Tensor1D>('bias')) : undefined,
      hidden: tf.transpose(normalizedWeight(network, `${part}.out_1`)),
      hiddenBias: networkTensor<tf.Tensor1D>(network, `${part}.out_1.bias`),
      output: tf.transpose(normalizedWeight(network, `${part}.out_2`)),
      outputBias: networkTensor<tf.Tensor1D>(network, `${part}.out_2.bias`),
    };
  });
}

/** Weight normalisation: `g v / |v|`, row by row. */
function normalizedWeight(network: NetworkTensors, name: string): tf.Tensor2D {
  const direction = networkTensor<tf.Tensor2D>(network, `${name}.weight_v`);
  const length = tf.sqrt(tf.sum(tf.square(direction), 1, true));
  return tf.mul(tf.div(direction, length), networkTensor(network, `${name}.weight_g`));
}
