import * as tf from '@tensorflow/tfjs';

/**
 * TF.js's wasm backend is fast for plain products only: transposed or batched ones use a loop that is ten times slower.
 * These products use plain ones there, in both directions of differentiation.
 */
const PLAIN_ONLY = 'wasm';

/** Below this number of multiply-adds for each matrix, the slow loop costs less than splitting the batch. */
const WORTH_CUTTING = 1 << 16;

const plainProduct = tf.customGrad((a, b, save) => {
  const [left, right] = [a as tf.Tensor2D, b as tf.Tensor2D];
  (save as tf.GradSaveFunc)([left, right]);
  return {
    value: tf.matMul(left, right),
    gradFunc: (upstream: tf.Tensor, saved: tf.Tensor[]) => {
      const [savedLeft, savedRight] = saved as [tf.Tensor2D, tf.Tensor2D];
      const dy = upstream as tf.Tensor2D;
      return [tf.matMul(dy, tf.transpose(savedRight)), tf.matMul(tf.transpose(savedLeft), dy)];
    },
  };
});

/** `a [m, k] · b [k, n] -> [m, n]`. */
export function product(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return (tf.getBackend() === PLAIN_ONLY ? plainProduct(a, b) : tf.matMul(a, b)) as tf.Tensor2D;
}

/** `a [N, m, k] · b [N, k, n] -> [N, m, n]`, matrix by matrix. */
export function batchedProduct(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  const [count, m, k] = a.shape;
  const n = b.shape[2];
  // A single matrix is a plain product; besides, TF.js fails to differentiate an `unstack` into one part.
  if (count === 1) {
    return tf.tidy(() => tf.reshape(product(tf.reshape(a, [m, k]), tf.reshape(b, [k, n])), [1, m, n]));
  }
  if (tf.getBackend() !== PLAIN_ONLY || m * k * n < WORTH_CUTTING) return tf.matMul(a, b);
  return tf.tidy(() => {
    const right = tf.unstack(b) as tf.Tensor2D[];
    const products = (tf.unstack(a) as tf.Tensor2D[]).map((left, index) =>
      product(left, right[index] as tf.Tensor2D),
    );
    return tf.stack(products) as tf.Tensor3D;
  });
}
