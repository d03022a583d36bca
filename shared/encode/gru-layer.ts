import { writeRecord } from '../match/simd/records.ts';
import type { LinearMemory } from './linear-memory.ts';
import { DIRECTION } from './records.ts';

/** Units of a panel: four vectors of each gate. */
const UNITS = 16;
/** Reset, update, candidate. */
const GATES = 3;
const COLUMNS = GATES * UNITS;
/** Columns of a tile of the products with inputs. */
export const TILE = 8;

/** One layer in the kernel's memory; all fields except the sizes are addresses. */
export interface GruLayer {
  /** I as the kernel sees it: for a layer above another, the padded states below. */
  readonly inputSize: number;
  /** Dp */
  readonly padded: number;
  /** Packed tiles of columns `[I, 8]`; by direction and panel, the columns of reset, update and candidate for 16 units. */
  readonly input: number;
  /** `[directions · 3 Dp]`: both biases of reset and update, the input's bias of the candidate. */
  readonly bias: number;
  /** Records: the forward direction and, if there is one, the backward direction. */
  readonly directions: readonly number[];
}

/** The weights of one direction in PyTorch's layout: reset, update, candidate below each other. */
export interface GruDirection {
  /** `weight_ih [3D, n]` */
  readonly inputWeights: Float32Array;
  /** `weight_hh [3D, D]` */
  readonly stateWeights: Float32Array;
  /** `bias_ih [3D]`, `bias_hh [3D]` */
  readonly inputBias: Float32Array;
  readonly stateBias: Float32Array;
}

/** A layer to be written. */
export interface GruSource {
  /** D */
  readonly size: number;
  /** I, at least n */
  readonly inputSize: number;
  /** Position of input i of n among the I; the same position by default. */
  readonly place?: ((index: number) => number) | undefined;
  readonly directions: readonly GruDirection[];
}

/** Dp: D rounded up to whole panels. */
export function paddedSize(size: number): number {
  return UNITS * Math.ceil(size / UNITS);
}

/**
 * Writes one layer permanently; padded units have weights and biases of 0.
 * @throws AppError `memory_exhausted`
 */
export function writeGruLayer(memory: LinearMemory, source: GruSource): GruLayer {
  const { size: D, inputSize, directions } = source;
  const padded = paddedSize(D);
  const columns = directions.length * GATES * padded;
  const input = memory.take(4 * inputSize * columns);
  const bias = memory.take(4 * columns);
  const records = directions.map((direction, index) => {
    const first = index * GATES * padded;
    writeInputs(memory, { input, first, source }, direction.inputWeights);
    const biases = memory.floats(bias + 4 * first, GATES * padded);
    writeBiases(biases, D, direction.inputBias, direction.stateBias);
    const weights = memory.take(4 * D * GATES * padded);
    const candidateBias = memory.take(4 * padded);
    writePanels(memory.floats(weights, D * GATES * padded), D, direction.stateWeights);
    memory.floats(candidateBias, D).set(direction.stateBias.subarray(2 * D));
    const address = memory.take(4 * Object.keys(DIRECTION).length);
    const record = { size: D, panels: padded / UNITS, weights, candidateBias };
    writeRecord(memory.memory.buffer, address, DIRECTION, record);
    return address;
  });
  return { inputSize, padded, input, bias, directions: records };
}

/** Column of row `gate · D + unit` of PyTorch's matrices. */
function columnOf(row: number, D: number): number {
  const [gate, unit] = [Math.floor(row / D), row % D];
  return Math.floor(unit / UNITS) * COLUMNS + gate * UNITS + (unit % UNITS);
}

/** Destination of the input weights of one direction. */
interface InputPlan {
  readonly input: number;
  /** First column of the direction. */
  readonly first: number;
  readonly source: GruSource;
}

/** `weight_ih [3D, n]` */
function writeInputs(memory: LinearMemory, { input, first, source }: InputPlan, weights: Float32Array): void {
  const { size: D, inputSize, place = (index: number) => index } = source;
  const count = weights.length / (GATES * D);
  const places = Array.from({ length: count }, (_, index) => TILE * place(index));
  for (let row = 0; row < GATES * D; row++) {
    const column = first + columnOf(row, D);
    const tile = memory.floats(input + 4 * TILE * inputSize * Math.floor(column / TILE), TILE * inputSize);
    for (let index = 0; index < count; index++)
      tile[(places[index] as number) + (column % TILE)] = weights[row * count + index] as number;
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
