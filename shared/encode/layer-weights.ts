import { writeRecord } from '../match/simd/records.ts';
import { type Parameters, parameter } from '../model/index.ts';
import type { ModelConfig } from '../schema/index.ts';
import type { LinearMemory } from './linear-memory.ts';
import { DIRECTION } from './records.ts';

/** Units of a panel: four vectors of each gate. */
const UNITS = 16;
/** Reset, update, candidate. */
const GATES = 3;
const COLUMNS = GATES * UNITS;
/** Columns of a tile of the inputs' product. */
const TILE = 8;

/** One layer in the kernel's memory; all are addresses but the sizes. */
export interface LayerWeights {
  /** I as the kernel sees it: of a layer above the first the padded states below. */
  readonly inputSize: number;
  /** Packed tiles of columns `[I, 8]`; by direction, by panel the columns of 16 units' reset, update and candidate. */
  readonly input: number;
  /** `[directions · 3 Dp]`: both biases of reset and update, the input's bias of the candidate. */
  readonly bias: number;
  /** Records, the forward direction and, if there is one, the backward one. */
  readonly directions: readonly number[];
}

/** Dp: D rounded up to whole panels. */
export function paddedSize({ jointSize }: Pick<ModelConfig, 'jointSize'>): number {
  return UNITS * Math.ceil(jointSize / UNITS);
}

/** Writes the GRU's layers for good; padded units have weights and biases of 0. */
export function writeLayers(
  memory: LinearMemory,
  config: ModelConfig,
  parameters: Parameters,
): LayerWeights[] {
  const suffixes = config.bidirectional ? ['', '_reverse'] : [''];
  return Array.from({ length: config.layers }, (_, layer) =>
    writeLayer(
      memory,
      config,
      parameters,
      layer,
      suffixes.map((suffix) => `l${layer}${suffix}`),
    ),
  );
}

function writeLayer(
  memory: LinearMemory,
  config: ModelConfig,
  parameters: Parameters,
  layer: number,
  names: readonly string[],
): LayerWeights {
  const { jointSize: D, wordEmbeddingSize: E } = config;
  const Dp = paddedSize(config);
  const columns = names.length * GATES * Dp;
  const inputSize = layer === 0 ? E : names.length * Dp;
  const input = memory.take(4 * inputSize * columns);
  const bias = memory.take(4 * columns);
  // Inputs of a layer above: both directions of the one below, each padded.
  const place = (index: number) => (layer === 0 ? index : Math.floor(index / D) * Dp + (index % D));
  const directions = names.map((name, direction) => {
    const read = (kind: string) => parameter(parameters, `text_encoder.rnn.${kind}_${name}`).data;
    const first = direction * GATES * Dp;
    writeInputs(memory, { input, inputSize, first, D, place }, read('weight_ih'));
    writeBiases(memory.floats(bias + 4 * first, GATES * Dp), D, read('bias_ih'), read('bias_hh'));
    const weights = memory.take(4 * D * GATES * Dp);
    const candidateBias = memory.take(4 * Dp);
    writePanels(memory.floats(weights, D * GATES * Dp), D, read('weight_hh'));
    memory.floats(candidateBias, D).set(read('bias_hh').subarray(2 * D));
    const address = memory.take(4 * Object.keys(DIRECTION).length);
    const record = { size: D, panels: Dp / UNITS, weights, candidateBias };
    writeRecord(memory.memory.buffer, address, DIRECTION, record);
    return address;
  });
  return { inputSize, input, bias, directions };
}

/** Column of row `gate · D + unit` of PyTorch's matrices. */
function columnOf(row: number, D: number): number {
  const [gate, unit] = [Math.floor(row / D), row % D];
  return Math.floor(unit / UNITS) * COLUMNS + gate * UNITS + (unit % UNITS);
}

/** Where the inputs' weights of one direction go. */
interface InputPlan {
  readonly input: number;
  readonly inputSize: number;
  /** First column of the direction. */
  readonly first: number;
  readonly D: number;
  readonly place: (index: number) => number;
}

/** `weight_ih [3D, I]` */
function writeInputs(
  memory: LinearMemory,
  { input, inputSize, first, D, place }: InputPlan,
  weights: Float32Array,
): void {
  const size = weights.length / (GATES * D);
  const places = Array.from({ length: size }, (_, index) => TILE * place(index));
  for (let row = 0; row < GATES * D; row++) {
    const column = first + columnOf(row, D);
    const tile = memory.floats(input + 4 * TILE * inputSize * Math.floor(column / TILE), TILE * inputSize);
    for (let index = 0; index < size; index++)
      tile[(places[index] as number) + (column % TILE)] = weights[row * size + index] as number;
  }
}

function writeBiases(out: Float32Array, D: number, ofInput: Float32Array, ofState: Float32Array): void {
  for (let row = 0; row < GATES * D; row++) {
    const own = row < 2 * D ? (ofState[row] as number) : 0;
    out[columnOf(row, D)] = (ofInput[row] as number) + own;
  }
}

/** `weight_hh [3D, D]` to panels `[D, 48]` */
function writePanels(out: Float32Array, D: number, weights: Float32Array): void {
  for (let row = 0; row < GATES * D; row++) {
    const column = columnOf(row, D);
    const panel = Math.floor(column / COLUMNS) * D * COLUMNS + (column % COLUMNS);
    for (let index = 0; index < D; index++) out[panel + index * COLUMNS] = weights[row * D + index] as number;
  }
}
