import type { ModelConfig } from '../../schema/index.ts';

/**
 * The layout of records in GPU memory, for the code that writes them and the shaders that read them. A record of n
 * nodes (the regions of an image or the words of a caption) consists of quads, four numbers each:
 *
 * - nodes `[T, d, n / 4]`: for every dimension the values of four nodes, 0 beyond n;
 * - Gram matrices `[n (n + 1) / 2, T / 4]`: for nodes r >= s, at `r (r + 1) / 2 + s`, the inner products of four
 *   blocks.
 *
 * A quad of float32 is one cell of its buffer. If nodes are float16, a cell holds a quad of nodes, and two cells hold a
 * quad of the Gram matrices, which stay float32: a context whose nodes cancel out has a norm far below the rounding of
 * their products.
 *
 * In the record of a caption follow the weights of its edges, `[j: L, i: L / 4]`, if matching vectors are propagated to
 * neighbours.
 */
export interface Dimensions {
  /** D */
  readonly jointSize: number;
  /** T */
  readonly blocks: number;
  /** T / 4, rounded up. */
  readonly blockQuads: number;
  /** d = D / T */
  readonly blockSize: number;
  /** K */
  readonly kernels: number;
  /** H */
  readonly hidden: number;
  readonly neighbours: boolean;
}

/** Whether nodes of images are stored as float32 or float16; sums and Gram matrices are float32 in both cases. */
export type Precision = 'f32' | 'f16';

export function dimensions(config: ModelConfig): Dimensions {
  return {
    jointSize: config.jointSize,
    blocks: config.blocks,
    blockQuads: quads(config.blocks),
    blockSize: config.jointSize / config.blocks,
    kernels: config.kernels,
    hidden: config.hiddenSize,
    neighbours: config.propagation === 'neighbours',
  };
}

/** Number of quads for a number of values. */
export function quads(count: number): number {
  return Math.ceil(count / 4);
}

/** Cells of the nodes and Gram matrices of n nodes. */
export function recordCells(n: number, { jointSize, blockQuads }: Dimensions, precision: Precision): number {
  return jointSize * quads(n) + ((n * (n + 1)) / 2) * blockQuads * GRAM_CELLS[precision];
}

/** Quads of the edges of a caption. */
export function edgeQuads(words: number, { neighbours }: Dimensions): number {
  return neighbours ? words * quads(words) : 0;
}

/** Quads of an image's edges: gates `[K, R / 4]`, or weights `[K, j: R, i: R / 4]`. */
export function layoutQuads(regions: number, { kernels, neighbours }: Dimensions): number {
  return kernels * quads(regions) * (neighbours ? regions : 1);
}

/** Bytes of one cell. */
export const CELL_BYTES: Readonly<Record<Precision, number>> = { f32: 16, f16: 8 };

/** Cells of a quad of a Gram matrix. */
const GRAM_CELLS: Readonly<Record<Precision, number>> = { f32: 1, f16: 2 };
