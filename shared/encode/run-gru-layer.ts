import { writeRecord } from '../match/simd/records.ts';
import type { GruLayer } from './gru-layer.ts';
import type { EncodeKernel } from './kernel.ts';
import type { LinearMemory } from './linear-memory.ts';
import { STEP } from './records.ts';

/** Words whose inputs are projected by one product: they stay in the second cache beside a tile of weights. */
const ROWS_AT_ONCE = 96;

/** Where a kernel computes. */
export interface EncodeMachine {
  readonly memory: LinearMemory;
  readonly kernel: EncodeKernel;
}

/** Addresses of what a layer works with; `gruScratch` says how long each part is. */
export interface GruScratch {
  readonly indices: number;
  readonly x: number;
  readonly projected: number;
  readonly steps: number;
  readonly work: number;
}

/** Rows as the products want them: an even number, at least 4. */
export function evenRows(count: number): number {
  return Math.max(4, 2 * Math.ceil(count / 2));
}

/** Numbers of 4 bytes in each part of the scratch of layers of the same size, for so many words and sequences. */
export function gruScratch(
  layers: readonly GruLayer[],
  words: number,
  sequences: number,
): Record<keyof GruScratch, number> {
  const directions = layers[0]?.directions.length ?? 1;
  const padded = layers[0]?.padded ?? 0;
  return {
    indices: words,
    x: Math.max(...layers.map(({ inputSize }) => inputSize)) * ROWS_AT_ONCE,
    projected: (words + 4) * directions * 3 * padded,
    steps: sequences * Object.keys(STEP).length,
    work: evenRows(sequences) * (padded + 48),
  };
}

/**
 * One layer over sequences, longest first, whose words lie one behind the other: sequences that still have a word at some step are the
 * first ones, so that none is padded.
 * @param from address of the rows `[*, I]` that words read
 * @param rowOf of each word, its row; a row that several words read is projected once. Undefined where each has its own
 * @param lengths of the sequences
 * @param states address of the result `[words, directions, Dp]`
 */
export function runGruLayer(
  machine: EncodeMachine,
  layer: GruLayer,
  scratch: GruScratch,
  from: number,
  rowOf: readonly number[] | undefined,
  lengths: readonly number[],
  states: number,
): void {
  const { memory, kernel } = machine;
  const words = lengths.reduce((sum, length) => sum + length, 0);
  const distinct = rowOf === undefined ? Array.from({ length: words }, (_, row) => row) : [...new Set(rowOf)];
  const projectedRows = new Map(distinct.map((index, row) => [index, row]));
  memory.integers(scratch.indices, distinct.length).set(distinct);
  const columns = layer.directions.length * 3 * layer.padded;
  for (let start = 0; start < distinct.length; start += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, distinct.length - start);
    const [some, even] = [scratch.indices + 4 * start, evenRows(count)];
    const { inputSize, input, bias } = layer;
    kernel.pack(from, 4 * inputSize, some, count, inputSize, even, scratch.x);
    kernel.project(scratch.x, even, inputSize, input, bias, columns, scratch.projected + 4 * columns * start);
  }
  for (const [direction, record] of layer.directions.entries()) {
    const place = (word: number) =>
      scratch.projected +
      4 * columns * (projectedRows.get(rowOf?.[word] ?? word) ?? 0) +
      4 * 3 * layer.padded * direction;
    const stateOf = (word: number) =>
      states + 4 * layer.padded * (word * layer.directions.length + direction);
    runDirection(machine, record, scratch, lengths, { backward: direction === 1, place, stateOf });
  }
}

/** Where a direction finds and leaves what belongs to a word. */
interface DirectionPlan {
  readonly backward: boolean;
  /** Address of the word's projected input. */
  readonly place: (word: number) => number;
  /** Address of its state. */
  readonly stateOf: (word: number) => number;
}

/** Steps of one direction; backwards every sequence starts at its own last word. */
function runDirection(
  { memory, kernel }: EncodeMachine,
  direction: number,
  scratch: GruScratch,
  lengths: readonly number[],
  { backward, place, stateOf }: DirectionPlan,
): void {
  const stepBytes = 4 * Object.keys(STEP).length;
  const longest = lengths[0] ?? 0;
  for (let step = 0; step < longest; step++) {
    let [count, first] = [0, 0];
    for (const length of lengths) {
      if (length <= step) break;
      const word = first + (backward ? length - 1 - step : step);
      writeRecord(memory.memory.buffer, scratch.steps + count * stepBytes, STEP, {
        previous: stateOf(backward ? word + 1 : word - 1),
        projected: place(word),
        next: stateOf(word),
      });
      count++;
      first += length;
    }
    kernel.advance(direction, scratch.steps, count, Number(step === 0), step % 2, scratch.work);
  }
}
