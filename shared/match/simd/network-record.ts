import type { Parameters } from '../../model/index.ts';
import type { MatchPrecision, ModelConfig } from '../../schema/index.ts';
import { captionGraphWeights, imageGraphWeights } from '../parameters/graph-weights.ts';
import type { Arena } from './arena.ts';
import { blockSize, roundUp } from './layouts.ts';
import { NETWORK, recordBytes, writeRecord } from './records.ts';

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

/** Allocates the record of a network. */
export function allocateNetwork(arena: Arena, config: ModelConfig): number {
  const floats = Object.values(partSizes(config)).reduce((sum, size) => sum + roundUp(size), 0);
  return arena.allocate(recordBytes(NETWORK) + 16 + 4 * floats);
}

/** Writes the parameters of both graphs to the record at `address`; parameters of the encoders are not read. */
export function writeNetwork(
  arena: Arena,
  address: number,
  config: ModelConfig,
  parameters: Parameters,
  precision: MatchPrecision,
): void {
  const { kernels: K, hiddenSize: H } = config;
  const image = imageGraphWeights(parameters, config);
  const text = captionGraphWeights(parameters, config);
  const kernelUnits = roundUp(H / K);
  const hidden = roundUp(H);
  // The H / K units of kernel k start at a multiple of 4; the units in between stay 0.
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
  for (const [h, row] of text.matrix.entries()) {
    for (const [block, value] of row.entries()) put('textHidden', block * hidden + h, value);
    put('textHiddenBias', h, text.bias[h] as number);
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
    i8: Number(precision === 'i8'),
    temperature: config.softmaxTemperature,
    imageOutputBias: image.outputBias,
    textOutputBias: text.outputBias,
  });
}
