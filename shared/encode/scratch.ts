import type { GruLayer } from './gru-layer.ts';
import type { ProjectedWords } from './projected-words.ts';
import { type EncodeMachine, gruScratch } from './run-gru-layer.ts';

/** An encoder in the kernel's memory. */
export interface EncoderLayout extends EncodeMachine {
  /** `[V, E]` */
  readonly embedding: number;
  readonly layers: readonly GruLayer[];
  /** Inputs of the first layer's gates. */
  readonly words: ProjectedWords;
  /** D */
  readonly size: number;
  readonly normalize: boolean;
}

/** Number of 4-byte values in each part of the scratch, for a number of words and captions. */
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
 * Allocates the scratch for a group of captions: addresses of its parts.
 * @throws AppError `memory_exhausted`
 */
export function layOutScratch(layout: EncoderLayout, words: number, captions: number) {
  return layout.memory.scratchParts(partSizes(layout, words, captions));
}
