import { type Parameters, parameter } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import type { Arena } from './arena.ts';
import { blockSize, roundUp } from './layouts.ts';
import { NETWORK, recordBytes, writeRecord } from './records.ts';

/** A graph's weights as numbers of float64; letters as in docs/network.md. */
interface GraphWeights {
  /** `[H, T]`: the kernels' W_k below each other. */
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

/** Sizes of the parts of the record, in floats. */
function partSizes(config: ModelConfig) {
  const { blocks: T, kernels: K, hiddenSize: H } = config;
  const units = K * roundUp(H / K);
  const hidden = roundUp(H);
  return {
    imageKernels: T * units,
    imageHidden: units * hidden,
    imageHiddenBias: hidden,
    imageOutput: hidden,
    textHidden: T * hidden,
    textHiddenBias: hidden,
    textOutput: hidden,
  };
}

/** Takes the memory of a network's record. */
export function allocateNetwork(arena: Arena, config: ModelConfig): number {
  const floats = Object.values(partSizes(config)).reduce((sum, size) => sum + roundUp(size), 0);
  return arena.allocate(recordBytes(NETWORK) + 16 + 4 * floats);
}

/** Writes the parameters of both graphs to the record at `address`; those of the encoders are not looked at. */
export function writeNetwork(
  arena: Arena,
  address: number,
  config: ModelConfig,
  parameters: Parameters,
): void {
  const { kernels: K, hiddenSize: H } = config;
  const image = graphWeights(parameters, 'image_graph', 'image_graph.graph_convolution_1', config);
  const text = graphWeights(parameters, 'text_graph', 'text_graph.graph_convolution_3', config);
  const kernelUnits = roundUp(H / K);
  const hidden = roundUp(H);
  // Kernel k's H / K units start at a multiple of 4; those between stay 0.
  const place = (unit: number) => Math.floor(unit / (H / K)) * kernelUnits + (unit % (H / K));
  const addresses: Record<string, number> = {};
  let at = address + 16 * Math.ceil(recordBytes(NETWORK) / 16);
  const parts = new Map<string, Float32Array>();
  for (const [name, size] of Object.entries(partSizes(config))) {
    addresses[name] = at;
    parts.set(name, arena.floats(at, size).fill(0));
    at += 4 * roundUp(size);
  }
  const put = (name: string, index: number, value: number) => {
    (parts.get(name) as Float32Array)[index] = value;
  };
  for (const [unit, row] of image.kernels.entries()) {
    for (const [block, value] of row.entries())
      put('imageKernels', block * K * kernelUnits + place(unit), value);
  }
  for (const [h, row] of image.hidden.entries()) {
    for (const [unit, value] of row.entries()) put('imageHidden', place(unit) * hidden + h, value);
    put('imageHiddenBias', h, image.hiddenBias[h] as number);
    put('imageOutput', h, image.output[h] as number);
  }
  for (const [h, row] of text.hidden.entries()) {
    for (let block = 0; block < config.blocks; block++) {
      put(
        'textHidden',
        block * hidden + h,
        dot(row, (unit) => text.kernels[unit]?.[block] as number),
      );
    }
    const bias = dot(row, (unit) => text.kernelBias[unit] as number);
    put('textHiddenBias', h, bias + (text.hiddenBias[h] as number));
    put('textOutput', h, text.output[h] as number);
  }
  writeRecord(arena.memory.buffer, address, NETWORK, {
    ...(addresses as Record<keyof ReturnType<typeof partSizes>, number>),
    blocks: config.blocks,
    blockSize: blockSize(config),
    kernels: K,
    kernelUnits,
    hidden,
    neighbours: Number(config.propagation === 'neighbours'),
    temperature: config.softmaxTemperature,
    imageOutputBias: image.outputBias,
    textOutputBias: text.outputBias,
  });
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
