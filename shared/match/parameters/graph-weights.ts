import { type Parameters, parameter } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';

/** The weights of a graph as float64 numbers; letters as in docs/network.md. */
export interface GraphWeights {
  /** `[H, T]`: the W_k of the Gaussian kernels below each other. */
  readonly kernels: readonly Float64Array[];
  /** `[H]`, 0 where the graph has none. */
  readonly kernelBias: Float64Array;
  /** `[H, H]`, weight-normalised. */
  readonly hidden: readonly Float64Array[];
  readonly hiddenBias: Float32Array;
  /** `[H]`, weight-normalised. */
  readonly output: Float64Array;
  readonly outputBias: number;
}

/** The caption graph's convolution and first layer as one: `M m + c` (its edges are the same for every kernel). */
export interface FoldedWeights {
  /** `[H, T]` */
  readonly matrix: readonly Float64Array[];
  /** `[H]` */
  readonly bias: Float64Array;
  /** `[H]` */
  readonly output: Float64Array;
  readonly outputBias: number;
}

/** Weights of the image graph. */
export function imageGraphWeights(parameters: Parameters, config: ModelConfig): GraphWeights {
  return graphWeights(parameters, 'image_graph', 'image_graph.graph_convolution_1', config);
}

/**
 * Weights of the caption graph. A word's edge weights sum to 1 and are the same for every kernel, so `out_1(concat_k
 * (W_k Σ_j e_ij n_ij + β_k))` is `Σ_j e_ij (M n_ij) + c` with one matrix `M = out_1 W`.
 */
export function captionGraphWeights(parameters: Parameters, config: ModelConfig): FoldedWeights {
  const { kernels, kernelBias, hidden, hiddenBias, output, outputBias } = graphWeights(
    parameters,
    'text_graph',
    'text_graph.graph_convolution_3',
    config,
  );
  return {
    matrix: hidden.map((row) =>
      Float64Array.from({ length: config.blocks }, (_, block) =>
        dot(row, (unit) => kernels[unit]?.[block] as number),
      ),
    ),
    bias: Float64Array.from(
      hidden,
      (row, h) => dot(row, (unit) => kernelBias[unit] as number) + (hiddenBias[h] as number),
    ),
    output,
    outputBias,
  };
}

function dot(row: Float64Array, other: (index: number) => number): number {
  return row.reduce((sum, value, index) => sum + value * other(index), 0);
}

function graphWeights(
  parameters: Parameters,
  part: string,
  convolution: string,
  { kernels: K, hiddenSize: H, blocks: T }: ModelConfig,
): GraphWeights {
  const data = (name: string) => parameter(parameters, name).data;
  const rows = (numbers: Float32Array, width: number) =>
    Array.from({ length: numbers.length / width }, (_, row) =>
      Float64Array.from(numbers.subarray(row * width, (row + 1) * width)),
    );
  // Weight normalisation: `g v / |v|`, row by row.
  const normalized = (name: string, width: number) =>
    rows(data(`${name}.weight_v`), width).map((row, index) => {
      const scale = (data(`${name}.weight_g`)[index] as number) / Math.hypot(...row);
      return row.map((value) => value * scale);
    });
  const each = Array.from({ length: K }, (_, k) => `${convolution}.conv_weights.${k}`);
  const biased = parameters.has(`${convolution}.conv_weights.0.bias`);
  return {
    kernels: each.flatMap((name) => rows(data(`${name}.weight`), T)),
    kernelBias: biased
      ? Float64Array.from(each.flatMap((name) => [...data(`${name}.bias`)]))
      : new Float64Array(H),
    hidden: normalized(`${part}.out_1`, H),
    hiddenBias: data(`${part}.out_1.bias`),
    output: normalized(`${part}.out_2`, H)[0] ?? new Float64Array(H),
    outputBias: data(`${part}.out_2.bias`)[0] as number,
  };
}
