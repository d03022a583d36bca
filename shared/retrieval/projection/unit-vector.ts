import { AppError } from '../../errors/index.ts';

/**
 * A vector scaled to length 1. A vector that is exactly zero (of an image or text equal to the mean of all) becomes the
 * unit vector with equal elements, so that it can be stored and compared like any other.
 *
 * @param what what the vector belongs to, for the message.
 * @throws AppError `format_invalid` unless it is finite.
 */
export function unitVector(vector: Float64Array, what: string): Float32Array {
  let square = 0;
  for (const value of vector) square += value * value;
  if (!Number.isFinite(square)) {
    throw new AppError('format_invalid', `recall encoder: the features of ${what} are not finite`, {
      hint: 'look for NaN or infinity in the region features',
    });
  }
  if (square === 0) return new Float32Array(vector.length).fill(1 / Math.sqrt(vector.length));
  const scale = 1 / Math.sqrt(square);
  return Float32Array.from(vector, (value) => value * scale);
}
