import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { type Parameter, type Parameters, parameterShapes } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';

/**
 * The parameters that training starts from, drawn as in the released code: the image encoder by Glorot and Bengio 2010,
 * embeddings from ±0.1, recurrent weights from ±1/√D, centres and widths of the Gaussian kernels over the unit and the circle,
 * linear layers from ±1/√inputs; the lengths of weight normalisation equal the lengths of the directions. The same seed gives the
 * same numbers.
 */
export function initialParameters(config: ModelConfig, seed: number): Parameters {
  const generator = xoroshiro128plus(seed);
  const uniform = (low: number, high: number): number => low + (high - low) * uniformFloat64(generator);
  const parameters = new Map<string, Parameter>();
  const lengthsOf: [string, string][] = [];
  for (const [name, shape] of parameterShapes(config)) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const data = new Float32Array(size);
    if (name.endsWith('.weight_g')) {
      lengthsOf.push([name, name.replace(/_g$/, '_v')]);
    } else {
      const [low, high] = bounds(name, shape, config);
      for (let index = 0; index < size; index++) data[index] = uniform(low, high);
    }
    parameters.set(name, { shape, data });
  }
  for (const [length, direction] of lengthsOf) {
    rowLengths(parameters.get(direction), parameters.get(length));
  }
  return parameters;
}

/** The interval that a parameter is drawn from. */
function bounds(name: string, shape: readonly number[], config: ModelConfig): readonly [number, number] {
  const { imageFeatureSize: F, jointSize: D, blocks: T, hiddenSize: H } = config;
  const around = (bound: number): readonly [number, number] => [-bound, bound];
  if (name === 'image_encoder.fc.weight') return around(Math.sqrt(6 / (F + D)));
  if (name === 'image_encoder.fc.bias') return [0, 0];
  if (name === 'text_encoder.embed.weight') return around(0.1);
  if (name.startsWith('text_encoder.rnn.')) return around(1 / Math.sqrt(D));
  if (name.endsWith('.mean_theta')) return around(Math.PI);
  if (/\.(mean_rho|precision_rho|precision_theta|params)$/.test(name)) return [0, 1];
  if (name.endsWith('.weight') || name.endsWith('.weight_v')) return around(1 / Math.sqrt(shape[1] ?? 1));
  return around(1 / Math.sqrt(name.includes('conv_weights') ? T : H));
}

/** Writes the length of every row of a direction `[n, m]` to `[n, 1]`. */
function rowLengths(direction: Parameter | undefined, length: Parameter | undefined): void {
  if (direction === undefined || length === undefined) return;
  const columns = direction.shape[1] ?? 1;
  for (let row = 0; row < length.data.length; row++) {
    length.data[row] = Math.hypot(...direction.data.subarray(row * columns, (row + 1) * columns));
  }
}
