import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../test/support/random.ts';
import { isTree } from './dependency-tree.ts';
import { maximumSpanningTree } from './spanning-tree.ts';

const SEED = 20261125;

function sum(scores: Float64Array, heads: readonly number[]): number {
  return heads.reduce(
    (total, head, index) => total + (scores[(index + 1) * (heads.length + 1) + head] as number),
    0,
  );
}

/** Every assignment of heads to n words. */
function* assignments(n: number): Generator<number[]> {
  const count = (n + 1) ** n;
  for (let code = 0; code < count; code++) {
    yield Array.from({ length: n }, (_, word) => Math.floor(code / (n + 1) ** word) % (n + 1));
  }
}

describe(`the best tree (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const randomScores = (n: number, spread: number) =>
    Float64Array.from({ length: (n + 1) ** 2 }, () => spread * (random() - 0.5));

  it.each([1, 2, 3, 4, 5])('is the best of all trees over %i words', (n) => {
    const trees = [...assignments(n)].filter(isTree);
    expect(trees).toHaveLength(n ** (n - 1));
    for (let trial = 0; trial < 40; trial++) {
      const scores = randomScores(n, trial % 2 === 0 ? 1 : 100);
      const found = maximumSpanningTree(scores, n);
      expect(trees).toContainEqual(found);
      expect(sum(scores, found)).toBeCloseTo(Math.max(...trees.map((tree) => sum(scores, tree))), 9);
    }
  });

  it.each([30, 200])('is a tree over %i words whose scores make cycles', (n) => {
    for (let trial = 0; trial < 5; trial++) {
      const scores = randomScores(n, 1);
      // Pairs of words that prefer each other, and pairs of such pairs.
      for (let word = 1; word <= n; word++) {
        scores[word * (n + 1) + (((word - 1) ^ 1) + 1)] = 5;
        const far = ((word - 1) ^ 2) + 1;
        if (far <= n) scores[word * (n + 1) + far] = 4;
      }
      const found = maximumSpanningTree(scores, n);
      expect(found).toHaveLength(n);
      expect(isTree(found)).toBe(true);
    }
  });

  it('is a tree if all scores are equal', () => {
    expect(isTree(maximumSpanningTree(new Float64Array(36), 5))).toBe(true);
  });

  it('is empty without words', () => {
    expect(maximumSpanningTree([0], 0)).toEqual([]);
  });
});

describe('isTree', () => {
  it.each([
    [[0], true],
    [[2, 0], true],
    [[0, 0], false],
    [[2, 1], false],
    [[0, 3, 2], false],
    [[1, 0], false],
    [[0, 5], false],
    [[0, 1.5], false],
    [[], false],
  ])('%j: %s', (heads, expected) => {
    expect(isTree(heads)).toBe(expected);
  });
});
