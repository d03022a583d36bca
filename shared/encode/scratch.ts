import type { EncodeKernel } from './kernel.ts';
import type { LayerWeights } from './layer-weights.ts';
import type { LinearMemory } from './linear-memory.ts';
import type { ProjectedWords } from './projected-words.ts';
import { STEP } from './records.ts';

/** Words whose inputs are projected by one product: they stay in the second cache beside a tile of weights. */
export const ROWS_AT_ONCE = 96;

/** An encoder in the kernel's memory. */
export interface EncoderLayout {
  readonly memory: LinearMemory;
  readonly kernel: EncodeKernel;
  /** `[V, E]` */
  readonly embedding: number;
  readonly layers: readonly LayerWeights[];
  /** Inputs of the first layer's gates. */
  readonly words: ProjectedWords;
  /** D, Dp */
  readonly size: number;
  readonly padded: number;
  readonly normalize: boolean;
}

/** Rows as the products want them: an even number, at least 4. */
export function evenRows(count: number): number {
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

/** Addresses of the scratch's parts. */
export type Scratch = Record<keyof ReturnType<typeof partSizes>, number>;

/** Takes the scratch for a group of captions. */
export function layOutScratch(layout: EncoderLayout, words: number, captions: number): Scratch {
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
