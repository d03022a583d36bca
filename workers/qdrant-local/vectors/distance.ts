import { z } from 'zod';

/** Distances between vectors; names as in Qdrant. */
export const distanceSchema = z.enum(['Cosine', 'Dot', 'Euclid', 'Manhattan']);
export type Distance = z.infer<typeof distanceSchema>;

/**
 * Internally every distance is a *key*, and larger is better: the inner product, minus the squared Euclidean distance,
 * minus the Manhattan distance. These two functions translate between keys and Qdrant's scores.
 */
export function scoreOfKey(distance: Distance, key: number): number {
  // `|| 0` turns -0 into 0.
  if (distance === 'Euclid') return Math.sqrt(Math.max(0, -key)) || 0;
  return distance === 'Manhattan' ? -key || 0 : key;
}

/** The smallest key that passes a score threshold: a lower bound for similarities, an upper bound for distances. */
export function keyOfThreshold(distance: Distance, threshold: number): number {
  if (distance === 'Euclid') return threshold < 0 ? Number.POSITIVE_INFINITY : -threshold * threshold;
  return distance === 'Manhattan' ? -threshold : threshold;
}

/** As in Qdrant, cosine is the inner product of unit vectors, so vectors are normalised when they are written. */
export function storedForm(distance: Distance, vector: Float32Array): Float32Array {
  if (distance !== 'Cosine') return vector;
  let squares = 0;
  for (const value of vector) squares += value * value;
  // Zero vectors are not changed, and neither are unit vectors, so that what was read can be written again without
  // drift.
  if (squares === 0 || Math.abs(squares - 1) <= 1e-6) return vector;
  const length = Math.sqrt(squares);
  return vector.map((value) => value / length);
}
