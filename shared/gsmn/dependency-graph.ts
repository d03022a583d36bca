import type { Dependencies } from '../model/index.ts';

/**
 * Adjacency of a caption's parse: symmetric, with self loops. The first pair (the root) is skipped, and so is a pair
 * that reaches the caption's end or beyond (from a parse of the sentence before it was cut).
 * @param length L, words with `<start>` and `<end>`
 * @returns `[L, L]` of 0 and 1
 */
export function dependencyAdjacency(dependencies: Dependencies, length: number): Uint8Array {
  const adjacency = new Uint8Array(length * length);
  for (let word = 0; word < length; word++) adjacency[word * length + word] = 1;
  for (const [head, dependent] of dependencies.slice(1)) {
    if (head >= length || dependent >= length) continue;
    adjacency[head * length + dependent] = 1;
    adjacency[dependent * length + head] = 1;
  }
  return adjacency;
}
