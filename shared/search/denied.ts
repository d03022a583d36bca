import { unitVector } from '../retrieval/projection/unit-vector.ts';

/**
 * What is denied counts half of what is asked for, in the other direction: the weight with which most of the first ten images show the
 * one without the other (docs/query-understanding.md).
 */
export const DENIED = 0.5;

/** The unit vector of the query's coarse vector less the mean of the denied ones, times `DENIED`. */
export function awayFrom(coarse: Float32Array, denied: readonly Float32Array[]): Float32Array {
  if (denied.length === 0) return coarse;
  const less = Float64Array.from(coarse);
  for (const vector of denied) addScaled(less, vector, -DENIED / denied.length);
  return unitVector(less, 'the query');
}

/** Adds a vector times a factor to another one, in place. */
export function addScaled(to: Float64Array, vector: Float32Array, factor: number): void {
  for (const [d, value] of vector.entries()) to[d] = (to[d] as number) + factor * value;
}
