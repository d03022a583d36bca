import { writeRecord } from '../match/simd/records.ts';
import type { GruLayer } from './gru-layer.ts';
import type { EncodeKernel } from './kernel.ts';
import type { LinearMemory } from './linear-memory.ts';
import { STEP } from './records.ts';

/** Rows of one product: they stay in the second-level cache together with a tile of weights. */
export const ROWS_AT_ONCE = 96;

/** Where a kernel computes. */
export interface EncodeMachine {
  readonly memory: LinearMemory;
  readonly kernel: EncodeKernel;
}

/** Addresses that a layer works with; `gruScratch` says how long each part is. */
export interface GruScratch {
  readonly indices: number;
  readonly x: number;
  readonly projected: number;
  readonly steps: number;
  readonly work: number;
}

/** Rows as the products need them: an even number, at least 4. */
export function evenRows(count: number): number {
  return Math.max(4, 2 * Math.ceil(count / 2));
}

/** Number of 4-byte values in each part of the scratch of layers of the same size, for a number of words and sequences. */
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

/** Bytes of a word's projected input: three gates of all directions. */
export function projectedBytes({ directions, padded }: GruLayer): number {
  return 4 * directions.length * 3 * padded;
}

/**
 * Projects rows of a matrix to the inputs of all gates, one after the other, in the part of the scratch for them.
 * @param from address of the matrix `[*, I]`
 */
export function projectRows(
  { memory, kernel }: EncodeMachine,
  layer: GruLayer,
  scratch: GruScratch,
  from: number,
  rows: readonly number[],
): void {
  const { inputSize, input, bias } = layer;
  const rowBytes = projectedBytes(layer);
  memory.integers(scratch.indices, rows.length).set(rows);
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, rows.length - start);
    const [indices, even] = [scratch.indices + 4 * start, evenRows(count)];
    kernel.pack(from, 4 * inputSize, indices, count, inputSize, even, scratch.x);
    kernel.project(
      scratch.x,
      even,
      inputSize,
      input,
      bias,
      rowBytes / 4,
      scratch.projected + rowBytes * start,
    );
  }
}

/**
 * Projects what each word reads: a row once, however many words read it.
 * @param rowOf the row of each word in the matrix at `from`
 * @returns address of the projected input of a word
 */
export function projectInputs(
  machine: EncodeMachine,
  layer: GruLayer,
  scratch: GruScratch,
  from: number,
  rowOf: readonly number[],
): (word: number) => number {
  const distinct = [...new Set(rowOf)];
  projectRows(machine, layer, scratch, from, distinct);
  const rowBytes = projectedBytes(layer);
  const addresses = new Map(distinct.map((row, index) => [row, scratch.projected + index * rowBytes]));
  return (word) => addresses.get(rowOf[word] as number) as number;
}

/**
 * Both directions of one layer over sequences, longest first, whose words are consecutive. At every step the sequences that still
 * have a word are the first ones, so none is padded.
 * @param lengths of the sequences
 * @param projectedOf address of a word's projected input, of all directions
 * @param states address of the result `[words, directions, Dp]`
 */
export function runGruLayer(
  machine: EncodeMachine,
  { directions, padded }: GruLayer,
  scratch: GruScratch,
  lengths: readonly number[],
  projectedOf: (word: number) => number,
  states: number,
): void {
  for (const [direction, record] of directions.entries()) {
    runDirection(machine, record, scratch, lengths, {
      backward: direction === 1,
      projectedOf: (word) => projectedOf(word) + 4 * 3 * padded * direction,
      stateOf: (word) => states + 4 * padded * (word * directions.length + direction),
    });
  }
}

/** Where a direction finds and writes the data of a word. */
interface DirectionPlan {
  readonly backward: boolean;
  /** Address of the word's projected input. */
  readonly projectedOf: (word: number) => number;
  /** Address of its state. */
  readonly stateOf: (word: number) => number;
}

/** Steps of one direction; backwards, every sequence starts at its own last word. */
function runDirection(
  { memory, kernel }: EncodeMachine,
  direction: number,
  scratch: GruScratch,
  lengths: readonly number[],
  { backward, projectedOf, stateOf }: DirectionPlan,
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
        projected: projectedOf(word),
        next: stateOf(word),
      });
      count++;
      first += length;
    }
    kernel.advance(direction, scratch.steps, count, Number(step === 0), step % 2, scratch.work);
  }
}
