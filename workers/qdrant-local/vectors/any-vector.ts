import type { SparseVector } from '../../../shared/model/sparse-vector.ts';

/** A vector of either kind. */
export type AnyVector = Float32Array | SparseVector;

export function isSparse(vector: AnyVector): vector is SparseVector {
  return !(vector instanceof Float32Array);
}
