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
  const length = cosineLength(vector);
  return length === 1 ? vector : vector.map((value) => value / length);
}

/** The spacing of float32 at 1. */
const EPSILON = 2 ** -23;

/**
 * What the values of a vector are divided by for the cosine. As in Qdrant, it is 1 for a vector that is so short that
 * its direction may be rounding (its squares add up to less than float32's epsilon), whose scores stay near 0, and for
 * a unit vector, so that what was read can be written again without drift.
 */
export function cosineLength(vector: Float32Array | Float64Array): number {
  let squares = 0;
  for (const value of vector) squares += value * value;
  return squares < EPSILON || Math.abs(squares - 1) <= 1e-6 ? 1 : Math.sqrt(squares);
}
