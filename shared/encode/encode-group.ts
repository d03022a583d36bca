import { writeRecord } from '../match/simd/records.ts';
import type { LayerWeights } from './layer-weights.ts';
import { projectStates, projectWords } from './project-inputs.ts';
import { STEP } from './records.ts';
import { type EncoderLayout, layOutScratch, type Scratch } from './scratch.ts';

/**
 * Nodes `[L, D]` of captions, which are sorted by length, longest first. A caption's words lie one behind the other, so
 * that captions that still have a word at some step are the first ones: no caption is padded.
 */
export function encodeGroup(layout: EncoderLayout, captions: readonly (readonly number[])[]): Float32Array[] {
  const { memory, kernel, size, padded, normalize, layers } = layout;
  const words = captions.flat();
  const scratch = layOutScratch(layout, words.length, captions.length);
  const { below, states } = scratch;
  for (const [index, layer] of layers.entries()) {
    // The last layer writes `states`.
    const swapped = (layers.length - index) % 2 === 0;
    const own = { ...scratch, states: swapped ? below : states, below: swapped ? states : below };
    if (index > 0) {
      runLayer(layout, layer, own, captions, projectStates(layout, layer, own, words.length));
      continue;
    }
    const { addressOf, projected } = projectWords(layout, layer, own, words);
    runLayer(layout, layer, own, captions, addressOf);
    for (const [id, row] of projected) layout.words.keep(id, row);
  }
  const directions = layers[0]?.directions.length ?? 1;
  kernel.finish(states, words.length, directions, size, padded, Number(normalize), scratch.nodes);
  let at = scratch.nodes;
  return captions.map(({ length }) => {
    const nodes = memory.floats(at, length * size).slice();
    at += nodes.byteLength;
    return nodes;
  });
}

/**
 * Both directions of one layer over all words.
 * @param projectedOf address of the word's projected input, of all directions
 */
function runLayer(
  layout: EncoderLayout,
  { directions }: LayerWeights,
  scratch: Scratch,
  captions: readonly (readonly number[])[],
  projectedOf: (word: number) => number,
): void {
  const { padded } = layout;
  for (const [direction, record] of directions.entries()) {
    runDirection(layout, record, scratch, captions, {
      backward: direction === 1,
      projectedOf: (word) => projectedOf(word) + 4 * 3 * padded * direction,
      stateOf: (word) => scratch.states + 4 * padded * (word * directions.length + direction),
    });
  }
}

/** Where a direction finds and leaves what belongs to a word. */
interface DirectionPlan {
  readonly backward: boolean;
  /** Address of the word's projected input. */
  readonly projectedOf: (word: number) => number;
  /** Address of its state. */
  readonly stateOf: (word: number) => number;
}

/** Steps of one direction; backwards every caption starts at its own last word. */
function runDirection(
  { memory, kernel }: EncoderLayout,
  direction: number,
  scratch: Scratch,
  captions: readonly (readonly number[])[],
  { backward, projectedOf, stateOf }: DirectionPlan,
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
        projected: projectedOf(word),
        next: stateOf(word),
      });
      count++;
      first += length;
    }
    kernel.advance(direction, scratch.steps, count, Number(step === 0), step % 2, scratch.work);
  }
}
