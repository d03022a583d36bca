import { isTree } from './dependency-tree.ts';

/**
 * The heads of the tree whose arcs have the largest sum of scores: Chu and Liu 1965, Edmonds 1967. Exactly one word depends on the
 * root.
 *
 * Arcs from the root get such a low score that a tree with two of them is never the best. So the best tree has one, and is the
 * best of those that have one.
 *
 * @param scores `[n + 1, n + 1]`: row d, column h is the score of h as head of d; 0 is the root. Row 0 and the diagonal are not read
 * @returns heads of the words 1 to n
 */
export function maximumSpanningTree(scores: ArrayLike<number>, n: number): number[] {
  const size = n + 1;
  const best = bestHeads(scores, size).slice(1);
  // Usually the best heads of all words already make a tree, and no tree is better.
  if (isTree(best)) return best;
  const graph = Float64Array.from({ length: size * size }, (_, index) => scores[index] as number);
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = size; index < graph.length; index++) {
    if (index % (size + 1) === 0) continue;
    least = Math.min(least, graph[index] as number);
    most = Math.max(most, graph[index] as number);
  }
  const penalty = 1 + size * (most - least);
  for (let dependent = 1; dependent < size; dependent++) (graph[dependent * size] as number) -= penalty;
  return arborescence(graph, size).slice(1);
}

/** The best head of every node but 0; nodes are contracted as long as the best heads make a cycle. */
function arborescence(scores: Float64Array, size: number): number[] {
  const heads = bestHeads(scores, size);
  const circle = findCircle(heads);
  if (circle === undefined) return heads;
  const inside = new Set(circle);
  /** The nodes outside; the cycle becomes the node after them. */
  const outside = heads.map((_, node) => node).filter((node) => !inside.has(node));
  const contracted = outside.length;
  const smaller = contracted + 1;
  const reduced = new Float64Array(smaller * smaller).fill(Number.NEGATIVE_INFINITY);
  const score = (dependent: number, head: number): number => scores[dependent * size + head] as number;
  /**
   * For each node outside: the node of the cycle that is its best head, and the node of the cycle that it is the best
   * head of.
   */
  const leaves: number[] = [];
  const enters: number[] = [];
  for (const [index, node] of outside.entries()) {
    for (const [other, head] of outside.entries()) {
      if (index !== other) reduced[index * smaller + other] = score(node, head);
    }
    const leaving = best(circle, (head) => score(node, head));
    leaves.push(leaving.node);
    reduced[index * smaller + contracted] = leaving.value;
    // The gain of entering the cycle here over the arc of the cycle that is replaced.
    const entering = best(
      circle,
      (dependent) => score(dependent, node) - score(dependent, heads[dependent] as number),
    );
    enters.push(entering.node);
    reduced[contracted * smaller + index] = entering.value;
  }
  const solved = arborescence(reduced, smaller);
  for (const [index, node] of outside.entries()) {
    if (node === 0) continue;
    const head = solved[index] as number;
    heads[node] = (head === contracted ? leaves[index] : outside[head]) as number;
  }
  const from = solved[contracted] as number;
  heads[enters[from] as number] = outside[from] as number;
  return heads;
}

function bestHeads(scores: ArrayLike<number>, size: number): number[] {
  const heads = [0];
  for (let dependent = 1; dependent < size; dependent++) {
    let found = 0;
    let most = Number.NEGATIVE_INFINITY;
    for (let head = 0; head < size; head++) {
      const score = scores[dependent * size + head] as number;
      if (head === dependent || score <= most) continue;
      found = head;
      most = score;
    }
    heads.push(found);
  }
  return heads;
}

/** The first of the nodes with the largest value. */
function best(nodes: readonly number[], measure: (node: number) => number): { node: number; value: number } {
  let found = { node: nodes[0] as number, value: Number.NEGATIVE_INFINITY };
  for (const node of nodes) {
    const value = measure(node);
    if (value > found.value) found = { node, value };
  }
  return found;
}

/** Nodes that are each other's heads in a cycle, if there are any. */
function findCircle(heads: readonly number[]): number[] | undefined {
  /** The walk in which a node was seen first. */
  const seen = new Int32Array(heads.length).fill(-1);
  seen[0] = 0;
  for (let start = 1; start < heads.length; start++) {
    let node = start;
    while (seen[node] === -1) {
      seen[node] = start;
      node = heads[node] as number;
    }
    if (node === 0 || seen[node] !== start) continue;
    const circle = [node];
    for (let next = heads[node] as number; next !== node; next = heads[next] as number) circle.push(next);
    return circle;
  }
  return undefined;
}
