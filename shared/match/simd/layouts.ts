import type { ModelConfig } from '../../schema/index.ts';

/** Rounded up to a multiple of 4: the lanes of a vector. */
export function roundUp(count: number): number {
  return 4 * Math.ceil(count / 4);
}

/** d = D / T */
export function blockSize({ jointSize, blocks }: Pick<ModelConfig, 'jointSize' | 'blocks'>): number {
  return jointSize / blocks;
}

/**
 * How the squared norms of contexts over `n` nodes are computed, by what is cheaper: with Gram matrices a node of one
 * block costs (n + 1) / 2 multiply-adds, and an eighth more to form the products of weights; with the nodes themselves
 * d.
 */
export function prefersGram(n: number, d: number): boolean {
  return (1.125 * (n + 1)) / 2 < 2 * Math.ceil(d / 2);
}

/** Number of values in the part of a record that the context norms need (`pairs`). */
export function pairsLength(gram: boolean, n: number, d: number, blocks: number): number {
  return gram ? ((n * (n + 1)) / 2) * roundUp(blocks) : blocks * n * roundUp(d);
}
