import { describe, expect, it } from 'vitest';
import { dependencyAdjacency } from './dependency-graph.ts';

describe('dependency adjacency', () => {
  it('is symmetric, has self loops, and skips the root and pairs that reach the end', () => {
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

  it('of a caption without a parse is the words alone', () => {
    expect([...dependencyAdjacency([], 2)]).toEqual([1, 0, 0, 1]);
  });
});
