import * as tf from '@tensorflow/tfjs';

/** Keeps the gradient of a square root finite at zero; far below the epsilon in float32. */
const SMALLEST_SQUARE = 1e-30;

/** Rows of the last axis divided by `sqrt(Σ x²) + 1e-8`; a zero row stays zero. */
export function l2Normalize<T extends tf.Tensor>(x: T): T {
  return tf.tidy(() => {
    const squares = tf.sum(tf.square(x), -1, true);
    return tf.div(x, tf.add(tf.sqrt(tf.maximum(squares, SMALLEST_SQUARE)), 1e-8)) as T;
  });
}
