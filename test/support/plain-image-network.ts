import type { Convolution, ImageNetwork } from '../../infra/photo-model/image-network.ts';

/** A feature map in float64: `[channels, height, width]`. */
interface FeatureMap {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly values: Float64Array;
}

/** The outputs of an image network for one image, each number by its definition. */
export interface PlainOutputs {
  readonly map: Float64Array;
  readonly pooled: Float64Array;
  readonly stages: Float64Array;
  readonly classes: Float64Array;
}

/** Runs an image network in float64, loop by loop. */
export function plainImageNetwork(
  network: ImageNetwork,
  rgb: Uint8Array,
  width: number,
  height: number,
): PlainOutputs {
  let current: FeatureMap = { channels: 3, height, width, values: new Float64Array(rgb.length) };
  for (let index = 0; index < rgb.length; index++) {
    const [place, channel] = [Math.floor(index / 3), index % 3];
    current.values[channel * width * height + place] = ((rgb[index] ?? 0) - 127) / 128;
  }
  current = relu6(convolve(current, network.stem));
  const ends: FeatureMap[] = [];
  for (const [index, { expand, depthwise, project }] of network.blocks.entries()) {
    const inner = expand === undefined ? current : relu6(convolve(current, expand));
    const output = convolve(relu6(convolve(inner, depthwise)), project);
    if (output.values.length === current.values.length && depthwise.stride === 1) {
      for (const [at, value] of current.values.entries())
        output.values[at] = (output.values[at] ?? 0) + value;
    }
    current = output;
    if (network.stageEnds.includes(index)) ends.push(current);
  }
  const map = relu6(convolve(current, network.head));
  const pooled = moments(map).means;
  const { weights, bias } = network.classes;
  const logits = [...bias].map((one, row) =>
    pooled.reduce((sum, value, column) => sum + value * (weights[row * pooled.length + column] ?? 0), one),
  );
  const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return {
    map: map.values,
    pooled: Float64Array.from(pooled),
    stages: Float64Array.from([
      ...ends.flatMap((end) => moments(end).means),
      ...ends.flatMap((end) => moments(end).deviations),
    ]),
    classes: Float64Array.from(powers, (power) => power / total),
  };
}

/** Padding is TensorFlow's SAME: the output has a stride-th of the pixels, rounded up, and an odd one of padding comes last. */
function convolve(input: FeatureMap, { shape, weights, bias, stride, groups }: Convolution): FeatureMap {
  const [channels, perGroup, size] = shape;
  const [height, width] = [Math.ceil(input.height / stride), Math.ceil(input.width / stride)];
  const before = (extent: number, outputs: number) =>
    Math.floor(Math.max(0, (outputs - 1) * stride + size - extent) / 2);
  const [top, left] = [before(input.height, height), before(input.width, width)];
  const values = new Float64Array(channels * height * width);
  for (let channel = 0; channel < channels; channel++) {
    const firstInput = Math.floor(channel / (channels / groups)) * perGroup;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = bias[channel] ?? Number.NaN;
        for (let index = 0; index < perGroup * size * size; index++) {
          const from = firstInput + Math.floor(index / (size * size));
          const row = y * stride - top + (Math.floor(index / size) % size);
          const column = x * stride - left + (index % size);
          if (row < 0 || column < 0 || row >= input.height || column >= input.width) continue;
          sum +=
            (weights[channel * perGroup * size * size + index] ?? Number.NaN) *
            (input.values[(from * input.height + row) * input.width + column] ?? Number.NaN);
        }
        values[(channel * height + y) * width + x] = sum;
      }
    }
  }
  return { channels, height, width, values };
}

function relu6(map: FeatureMap): FeatureMap {
  return { ...map, values: map.values.map((value) => Math.min(6, Math.max(0, value))) };
}

function moments({ channels, values }: FeatureMap): { means: number[]; deviations: number[] } {
  const size = values.length / channels;
  const rows = Array.from({ length: channels }, (_, channel) =>
    values.subarray(channel * size, (channel + 1) * size),
  );
  const means = rows.map((row) => row.reduce((sum, value) => sum + value, 0) / size);
  const deviations = rows.map((row, channel) =>
    Math.sqrt(row.reduce((sum, value) => sum + (value - (means[channel] ?? 0)) ** 2, 0) / size),
  );
  return { means, deviations };
}
