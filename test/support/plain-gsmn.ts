import { at, l2, linear, type Matrix, range, reader, rows, sum } from '../../shared/match/reference/index.ts';
import type { Parameters } from '../../shared/model/index.ts';
import type { ModelConfig } from '../../shared/schema/index.ts';

/**
 * GSMN's encoders written literally from the paper in float64, without any code of the product: slow, and only for
 * comparison.
 */

/** One image's nodes `[R, D]`. */
export function plainImageNodes(
  config: ModelConfig,
  parameters: Parameters,
  features: ArrayLike<number>,
): number[] {
  const read = reader(parameters);
  const [weight, bias] = [read('image_encoder.fc.weight'), at(read('image_encoder.fc.bias'), 0)];
  return rows(features, config.imageFeatureSize).flatMap((x) => {
    const v = linear(weight, bias, x);
    return config.normalizeImages ? l2(v) : v;
  });
}

function gru(parameters: Parameters, suffix: string, inputs: Matrix): Matrix {
  const read = reader(parameters);
  const name = (kind: string) => `text_encoder.rnn.${kind}_${suffix}`;
  const [wi, wh] = [read(name('weight_ih')), read(name('weight_hh'))];
  const [bi, bh] = [at(read(name('bias_ih')), 0), at(read(name('bias_hh')), 0)];
  const size = wh.length / 3;
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  let h: number[] = range(size).map(() => 0);
  return inputs.map((x) => {
    const [gi, gh] = [linear(wi, bi, x), linear(wh, bh, h)];
    h = range(size).map((d) => {
      const r = sigmoid(at(gi, d) + at(gh, d));
      const z = sigmoid(at(gi, size + d) + at(gh, size + d));
      const n = Math.tanh(at(gi, 2 * size + d) + r * at(gh, 2 * size + d));
      return (1 - z) * n + z * at(h, d);
    });
    return h;
  });
}

/** One caption's nodes `[L, D]`. */
export function plainWordNodes(
  config: ModelConfig,
  parameters: Parameters,
  ids: readonly number[],
): number[] {
  const table = reader(parameters)('text_encoder.embed.weight');
  let x: Matrix = ids.map((id) => at(table, id));
  let outputs: Matrix[] = [];
  for (const layer of range(config.layers)) {
    outputs = [gru(parameters, `l${layer}`, x)];
    if (config.bidirectional) outputs.push(gru(parameters, `l${layer}_reverse`, x.toReversed()).toReversed());
    x = range(ids.length).map((word) => outputs.flatMap((output) => at(output, word)));
  }
  return range(ids.length).flatMap((word) => {
    const states = outputs.map((output) => at(output, word));
    const mean = range(config.jointSize).map((d) => sum(states.map((state) => at(state, d))) / states.length);
    return config.normalizeCaptions ? l2(mean) : mean;
  });
}
