import type { GruLayer } from './gru-layer.ts';
import { type EncodeMachine, gruScratch, runGruLayer } from './run-gru-layer.ts';

/** An encoder in the kernel's memory. */
export interface EncoderLayout extends EncodeMachine {
  /** `[V, E]` */
  readonly embedding: number;
  readonly layers: readonly GruLayer[];
  /** D */
  readonly size: number;
  readonly normalize: boolean;
}

/** Numbers of 4 bytes in each part of the scratch for so many words and captions. */
function partSizes({ layers, size }: EncoderLayout, words: number, captions: number) {
  const states = words * (layers[0]?.directions.length ?? 1) * (layers[0]?.padded ?? 0);
  return {
    ...gruScratch(layers, words, captions),
    below: layers.length > 1 ? states : 0,
    states,
    nodes: words * size + 4,
  };
}

/**
 * Nodes `[L, D]` of captions, which are sorted by length, longest first.
 * @throws AppError `memory_exhausted`
 */
export function encodeGroup(layout: EncoderLayout, captions: readonly (readonly number[])[]): Float32Array[] {
  const { memory, kernel, size, normalize, layers } = layout;
  const words = captions.flat();
  const lengths = captions.map(({ length }) => length);
  const scratch = memory.scratchParts(partSizes(layout, words.length, captions.length));
  let states = scratch.states;
  for (const [index, layer] of layers.entries()) {
    const from = index === 0 ? layout.embedding : states;
    // The last layer writes `states`.
    states = (layers.length - index) % 2 === 0 ? scratch.below : scratch.states;
    runGruLayer(layout, layer, scratch, from, index === 0 ? words : undefined, lengths, states);
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
