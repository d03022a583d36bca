/** Union-find over `0 … count - 1` with path halving and union by size. */
export class DisjointSets {
  /** Number of members of each root's set. */
  readonly sizes: Int32Array;
  readonly #parents: Int32Array;

  constructor(count: number) {
    this.sizes = new Int32Array(count).fill(1);
    this.#parents = Int32Array.from({ length: count }, (_, index) => index);
  }

  /** The root of an element's set. */
  find(element: number): number {
    const parents = this.#parents;
    let at = element;
    for (let parent = parents[at] as number; parent !== at; parent = parents[at] as number) {
      parents[at] = parents[parent] as number;
      at = parent;
    }
    return at;
  }

  /** Joins the sets of two different roots; returns the root of both. */
  join(first: number, second: number): number {
    const sizes = this.sizes;
    const [root, child] =
      (sizes[first] as number) >= (sizes[second] as number) ? [first, second] : [second, first];
    this.#parents[child] = root;
    sizes[root] = (sizes[root] as number) + (sizes[child] as number);
    return root;
  }
}
