import type { LayerWeights } from './layer-weights.ts';
import { type EncoderLayout, evenRows, ROWS_AT_ONCE, type Scratch } from './scratch.ts';

/** Numbers of a word's projected input: three gates of all directions. */
function columnsOf({ directions }: LayerWeights, { padded }: Pick<EncoderLayout, 'padded'>): number {
  return directions.length * 3 * padded;
}

/** Projects rows of a matrix, one behind the other, to the scratch's part for that. */
function projectRows(
  layout: EncoderLayout,
  layer: LayerWeights,
  scratch: Scratch,
  from: number,
  rows: readonly number[],
): void {
  const { memory, kernel } = layout;
  const { inputSize, input, bias } = layer;
  const columns = columnsOf(layer, layout);
  memory.integers(scratch.indices, rows.length).set(rows);
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, rows.length - start);
    const [indices, even] = [scratch.indices + 4 * start, evenRows(count)];
    kernel.pack(from, 4 * inputSize, indices, count, inputSize, even, scratch.x);
    kernel.project(scratch.x, even, inputSize, input, bias, columns, scratch.projected + 4 * columns * start);
  }
}

/**
 * Projects embeddings, each once however often its word stands there, unless that was done for a caption before.
 * @param ids of all words
 * @returns address of the projected input of the word at a place; good until `keepProjected`
 */
export function projectWords(
  layout: EncoderLayout,
  layer: LayerWeights,
  scratch: Scratch,
  ids: readonly number[],
): { readonly addressOf: (word: number) => number; readonly projected: readonly [number, number][] } {
  const addresses = new Map<number, number>();
  const missing: number[] = [];
  for (const id of new Set(ids)) {
    const known = layout.words.find(id);
    if (known === undefined) missing.push(id);
    else addresses.set(id, known);
  }
  projectRows(layout, layer, scratch, layout.embedding, missing);
  const rowBytes = 4 * columnsOf(layer, layout);
  const projected = missing.map((id, row): [number, number] => [id, scratch.projected + row * rowBytes]);
  for (const [id, address] of projected) addresses.set(id, address);
  return { addressOf: (word) => addresses.get(ids[word] as number) as number, projected };
}

/** Projects the states of the layer below; gives the address of the projected input of the word at a place. */
export function projectStates(
  layout: EncoderLayout,
  layer: LayerWeights,
  scratch: Scratch,
  count: number,
): (word: number) => number {
  const rows = Array.from({ length: count }, (_, row) => row);
  projectRows(layout, layer, scratch, scratch.below, rows);
  const rowBytes = 4 * columnsOf(layer, layout);
  return (word) => scratch.projected + word * rowBytes;
}
