import type { Convolution } from './image-network.ts';
import type { StateTensors } from './state-tensors.ts';

/** Added to variances: the value that EfficientNet was trained with, not PyTorch's default. */
const EPSILON = 1e-3;

/** Where a convolution and the batch normalisation after it are in a state, and what their tensors must be. */
export interface NormalisedConvolution {
  readonly convolution: string;
  readonly normalisation: string;
  readonly inputs: number;
  /** Undefined: as many as the tensor has. */
  readonly outputs: number | undefined;
  readonly size: number;
  readonly stride: number;
  /** A filter for each channel. */
  readonly depthwise?: boolean;
}

/**
 * Reads a convolution and makes the batch normalisation after it a part of its weights:
 * `gamma (w x - mean) / sqrt(variance + epsilon) + beta` is a convolution again.
 *
 * @throws AppError `format_invalid`, `shape_mismatch` of tensors that are missing or do not fit.
 */
export function foldNormalisation(state: StateTensors, wanted: NormalisedConvolution): Convolution {
  const { convolution, normalisation, inputs, size, stride, depthwise = false } = wanted;
  const perGroup = depthwise ? 1 : inputs;
  const raw = state.read(`${convolution}.weight`, [
    depthwise ? inputs : wanted.outputs,
    perGroup,
    size,
    size,
  ]);
  const outputs = raw.shape[0] ?? 0;
  const channel = (part: string) => state.read(`${normalisation}.${part}`, [outputs]).data;
  const [gamma, beta, mean, variance] = [
    channel('weight'),
    channel('bias'),
    channel('running_mean'),
    channel('running_var'),
  ];
  const weights = new Float32Array(raw.data.length);
  const bias = new Float32Array(outputs);
  const each = raw.data.length / outputs;
  for (let output = 0; output < outputs; output++) {
    const scale = at(gamma, output) / Math.sqrt(at(variance, output) + EPSILON);
    bias[output] = at(beta, output) - at(mean, output) * scale;
    for (let index = output * each; index < (output + 1) * each; index++) {
      weights[index] = at(raw.data, index) * scale;
    }
  }
  return {
    shape: [outputs, perGroup, size, size],
    weights,
    bias,
    stride,
    groups: depthwise ? inputs : 1,
  };
}

function at(numbers: ArrayLike<number>, index: number): number {
  return numbers[index] ?? Number.NaN;
}
