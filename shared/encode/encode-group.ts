import { writeRecord } from '../match/simd/records.ts';
import type { EncodeKernel } from './kernel.ts';
import type { LayerWeights } from './layer-weights.ts';
import type { LinearMemory } from './linear-memory.ts';
import { STEP } from './records.ts';

/** Words whose inputs are projected by one product: they stay in the second cache beside a tile of weights. */
const ROWS_AT_ONCE = 96;

/** An encoder in the kernel's memory. */
export interface EncoderLayout {
  readonly memory: LinearMemory;
  readonly kernel: EncodeKernel;
  /** `[V, E]` */
  readonly embedding: number;
  readonly layers: readonly LayerWeights[];
  /** D, Dp */
  readonly size: number;
  readonly padded: number;
  readonly normalize: boolean;
}

/** Rows as the products want them: an even number, at least 4. */
function evenRows(count: number): number {
  return Math.max(4, 2 * Math.ceil(count / 2));
}

/** Bytes of the scratch's parts for so many words and captions. */
function partSizes({ layers, size, padded }: EncoderLayout, words: number, captions: number) {
  const directions = layers[0]?.directions.length ?? 1;
  const inputs = Math.max(...layers.map(({ inputSize }) => inputSize));
  return {
    indices: words,
    x: inputs * ROWS_AT_ONCE,
    projected: (words + 4) * directions * 3 * padded,
    below: layers.length > 1 ? words * directions * padded : 0,
    states: words * directions * padded,
    steps: captions * Object.keys(STEP).length,
    work: evenRows(captions) * (size + 48),
    nodes: words * size + 4,
  };
}

type Scratch = Record<keyof ReturnType<typeof partSizes>, number>;

function layOutScratch(layout: EncoderLayout, words: number, captions: number): Scratch {
  const sizes = Object.entries(partSizes(layout, words, captions));
  const bytes = (floats: number) => 64 * Math.ceil(floats / 16);
  let at = layout.memory.scratch(sizes.reduce((sum, [, size]) => sum + bytes(size), 0));
  return Object.fromEntries(
    sizes.map(([name, size]) => {
      const address = at;
      at += bytes(size);
      return [name, address];
    }),
  ) as Scratch;
}

/**
 * Nodes `[L, D]` of captions, which are sorted by length, longest first. A caption's words lie one behind the other, so
 * that captions that still have a word at some step are the first ones: no caption is padded.
 */
export function encodeGroup(layout: EncoderLayout, captions: readonly (readonly number[])[]): Float32Array[] {
  const { memory, kernel, size, padded, normalize } = layout;
  const words = captions.flat();
  const scratch = layOutScratch(layout, words.length, captions.length);
  const { below, states } = scratch;
  for (const [index, layer] of layout.layers.entries()) {
    // The last layer writes `states`.
    const swapped = (layout.layers.length - index) % 2 === 0;
    const own = { ...scratch, states: swapped ? below : states, below: swapped ? states : below };
    runLayer(layout, layer, own, captions, index === 0 ? words : undefined);
  }
  const directions = layout.layers[0]?.directions.length ?? 1;
  kernel.finish(states, words.length, directions, size, padded, Number(normalize), scratch.nodes);
  let at = scratch.nodes;
  return captions.map(({ length }) => {
    const nodes = memory.floats(at, length * size).slice();
    at += nodes.byteLength;
    return nodes;
  });
}

/** One layer over all words; `ids` where it reads embeddings, else it reads the states `below`. */
function runLayer(
  layout: EncoderLayout,
  layer: LayerWeights,
  scratch: Scratch,
  captions: readonly (readonly number[])[],
  ids: readonly number[] | undefined,
): void {
  const { memory, kernel, padded, embedding } = layout;
  const rows = captions.reduce((sum, { length }) => sum + length, 0);
  // A word that stands at several places is projected once.
  const distinct = ids === undefined ? Array.from({ length: rows }, (_, row) => row) : [...new Set(ids)];
  const projectedRows = new Map(distinct.map((index, row) => [index, row]));
  memory.integers(scratch.indices, distinct.length).set(distinct);
  const columns = layer.directions.length * 3 * padded;
  const from = ids === undefined ? scratch.below : embedding;
  for (let start = 0; start < distinct.length; start += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, distinct.length - start);
    const [some, even] = [scratch.indices + 4 * start, evenRows(count)];
    const { inputSize, input, bias } = layer;
    kernel.pack(from, 4 * inputSize, some, count, inputSize, even, scratch.x);
    const out = scratch.projected + 4 * columns * start;
    kernel.project(scratch.x, even, inputSize, input, bias, columns, out);
  }
  for (const [direction, record] of layer.directions.entries()) {
    const place = (word: number) =>
      scratch.projected +
      4 * columns * (projectedRows.get(ids === undefined ? word : (ids[word] as number)) ?? 0) +
      4 * 3 * padded * direction;
    const stateOf = (word: number) =>
      scratch.states + 4 * padded * (word * layer.directions.length + direction);
    runDirection(layout, record, scratch, captions, { backward: direction === 1, place, stateOf });
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

/** Steps of one direction; backwards every caption starts at its own last word. */
function runDirection(
  { memory, kernel }: EncoderLayout,
  direction: number,
  scratch: Scratch,
  captions: readonly (readonly number[])[],
  { backward, place, stateOf }: DirectionPlan,
): void {
  const stepBytes = 4 * Object.keys(STEP).length;
  const longest = captions[0]?.length ?? 0;
  for (let step = 0; step < longest; step++) {
    let [count, first] = [0, 0];
    for (const { length } of captions) {
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
