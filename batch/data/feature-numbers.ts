import { AppError } from '../../shared/errors/index.ts';

/** Larger numbers are not what a network computes from an image, and products of some of them are beyond float32. */
const LARGEST_FEATURE = 1e6;

/**
 * Refuses numbers that are not finite, or too large to be features.
 *
 * @param nameOf names a number in messages, by its index.
 * @throws AppError `format_invalid`.
 */
export function assertFeatureNumbers(
  path: string,
  numbers: Float32Array,
  nameOf: (index: number) => string,
): void {
  const wrong = numbers.findIndex((value) => !(Math.abs(value) <= LARGEST_FEATURE));
  if (wrong < 0) return;
  const value = numbers[wrong] as number;
  const what = Number.isFinite(value) ? `beyond ${LARGEST_FEATURE.toLocaleString('en')}` : 'not finite';
  throw new AppError('format_invalid', `${path}: ${nameOf(wrong)} has a feature that is ${what}: ${value}`, {
    hint: 'extract the features of this image again',
  });
}
