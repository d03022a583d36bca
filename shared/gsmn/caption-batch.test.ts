import { describe, expect, it } from 'vitest';
import { dependencyAdjacency } from './caption-batch.ts';

describe('the adjacency of a parse', () => {
  it('is symmetric, has self loops, and skips the root and pairs beyond the end', () => {
    const adjacency = dependencyAdjacency(
      [
        [0, 2],
        [2, 1],
        [3, 1],
        [1, 9],
      ],
      3,
    );
    expect([...adjacency]).toEqual([1, 0, 0, 0, 1, 1, 0, 1, 1]);
  });

  it('has only self loops without a parse', () => {
    expect([...dependencyAdjacency([], 2)]).toEqual([1, 0, 0, 1]);
  });
});
