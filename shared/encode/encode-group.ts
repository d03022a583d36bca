import { projectWords } from './project-inputs.ts';
import { projectInputs, runGruLayer } from './run-gru-layer.ts';
import { type EncoderLayout, layOutScratch } from './scratch.ts';

/**
 * Nodes `[L, D]` of captions, which are sorted by length, longest first.
 * @throws AppError `memory_exhausted`
 */
export function encodeGroup(layout: EncoderLayout, captions: readonly (readonly number[])[]): Float32Array[] {
  const { memory, kernel, size, normalize, layers } = layout;
  const words = captions.flat();
  const lengths = captions.map(({ length }) => length);
  const scratch = layOutScratch(layout, words.length, captions.length);
  let states = scratch.states;
  for (const [index, layer] of layers.entries()) {
    const below = states;
    // The last layer writes `states`.
    states = (layers.length - index) % 2 === 0 ? scratch.below : scratch.states;
    if (index > 0) {
      const projectedOf = projectInputs(layout, layer, scratch, below, [...words.keys()]);
      runGruLayer(layout, layer, scratch, lengths, projectedOf, states);
      continue;
    }
    const { addressOf, projected } = projectWords(layout, layer, scratch, words);
    runGruLayer(layout, layer, scratch, lengths, addressOf, states);
    for (const [id, row] of projected) layout.words.keep(id, row);
  }
  const directions = layers[0]?.directions.length ?? 1;
  const padded = layers[0]?.padded ?? 0;
  kernel.finish(states, words.length, directions, size, padded, Number(normalize), scratch.nodes);
  let at = scratch.nodes;
  return captions.map(({ length }) => {
    const nodes = memory.floats(at, length * size).slice();
    at += nodes.byteLength;
    return nodes;
  });
}
