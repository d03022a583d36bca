/** A vector by its values that are not left out: `indices` ascend, each with its value. */
export interface SparseVector {
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}

/** The vector of entries in any order. Their indices differ. */
export function sparseVector(indices: Uint32Array, values: Float32Array): SparseVector {
  const order = [...indices.keys()].sort((a, b) => (indices[a] as number) - (indices[b] as number));
  return {
    indices: Uint32Array.from(order, (at) => indices[at] as number),
    values: Float32Array.from(order, (at) => values[at] as number),
  };
}
