import { AppError } from '../errors/index.ts';
import type { ModelConfig } from '../schema/model-config.ts';

/** One float32 parameter, row-major. */
export interface Parameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * The network's parameters by name: the released state dictionaries' own names behind the part they belong to,
 * `image_encoder.`, `text_encoder.`, `image_graph.` (i2t) and `text_graph.` (t2i).
 */
export type Parameters = ReadonlyMap<string, Parameter>;

function graphOutput(part: string, { hiddenSize: H }: ModelConfig): [string, number[]][] {
  return [
    [`${part}.out_1.bias`, [H]],
    [`${part}.out_1.weight_g`, [H, 1]],
    [`${part}.out_1.weight_v`, [H, H]],
    [`${part}.out_2.bias`, [1]],
    [`${part}.out_2.weight_g`, [1, 1]],
    [`${part}.out_2.weight_v`, [1, H]],
  ];
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Name and shape of every parameter, in the order in which the released checkpoints list them. */
export function parameterShapes(config: ModelConfig): ReadonlyMap<string, readonly number[]> {
  const { imageFeatureSize: F, vocabularySize: V, wordEmbeddingSize: E, jointSize: D } = config;
  const { blocks: T, kernels: K, hiddenSize: H } = config;
  const directions = config.bidirectional ? ['', '_reverse'] : [''];
  return new Map<string, number[]>([
    ['image_encoder.fc.weight', [D, F]],
    ['image_encoder.fc.bias', [D]],
    ['text_encoder.embed.weight', [V, E]],
    ...range(config.layers).flatMap((layer) =>
      directions.flatMap((direction): [string, number[]][] => {
        // PyTorch concatenates both directions of a lower layer.
        const input = layer === 0 ? E : D * directions.length;
        return [
          [`text_encoder.rnn.weight_ih_l${layer}${direction}`, [3 * D, input]],
          [`text_encoder.rnn.weight_hh_l${layer}${direction}`, [3 * D, D]],
          [`text_encoder.rnn.bias_ih_l${layer}${direction}`, [3 * D]],
          [`text_encoder.rnn.bias_hh_l${layer}${direction}`, [3 * D]],
        ];
      }),
    ),
    ['image_graph.graph_convolution_1.mean_rho', [K, 1]],
    ['image_graph.graph_convolution_1.mean_theta', [K, 1]],
    ['image_graph.graph_convolution_1.precision_rho', [K, 1]],
    ['image_graph.graph_convolution_1.precision_theta', [K, 1]],
    ...range(K).map((k): [string, number[]] => [
      `image_graph.graph_convolution_1.conv_weights.${k}.weight`,
      [H / K, T],
    ]),
    ...graphOutput('image_graph', config),
    ['text_graph.graph_convolution_3.params', [K, 1]],
    ...range(K).flatMap((k): [string, number[]][] => [
      [`text_graph.graph_convolution_3.conv_weights.${k}.weight`, [H / K, T]],
      [`text_graph.graph_convolution_3.conv_weights.${k}.bias`, [H / K]],
    ]),
    ...graphOutput('text_graph', config),
  ]);
}

/** The parameter of that name. */
export function parameter(parameters: Parameters, name: string): Parameter {
  const found = parameters.get(name);
  if (found === undefined) {
    throw new AppError('shape_mismatch', `the model has no parameter "${name}"`);
  }
  return found;
}

/** What the parameters of the text encoder are called; a caption encoder needs no others. */
export const TEXT_PARAMETERS = 'text_encoder.';

/**
 * Refuses parameters that are missing, superfluous, or of another shape than the configuration asks for.
 *
 * @param part the beginning of the names that are looked at; all unless said
 */
export function assertParameters(config: ModelConfig, parameters: Parameters, part = ''): void {
  const expected = new Map([...parameterShapes(config)].filter(([name]) => name.startsWith(part)));
  const hint = 'the checkpoint and its options do not belong together';
  for (const [name, shape] of expected) {
    const { shape: found, data } = parameter(parameters, name);
    if (found.length !== shape.length || found.some((extent, axis) => extent !== shape[axis])) {
      throw new AppError(
        'shape_mismatch',
        `parameter "${name}" is [${found.join(', ')}], expected [${shape.join(', ')}]`,
        {
          hint,
        },
      );
    }
    if (data.length !== shape.reduce((product, extent) => product * extent, 1)) {
      throw new AppError(
        'shape_mismatch',
        `parameter "${name}" holds ${data.length} numbers for [${shape.join(', ')}]`,
      );
    }
  }
  for (const name of parameters.keys()) {
    if (name.startsWith(part) && !expected.has(name))
      throw new AppError('shape_mismatch', `unknown parameter "${name}"`, { hint });
  }
}
