import * as tf from '@tensorflow/tfjs';

/**
 * Products of all nodes of a graph with each other, block by block: `G^b = X^b X^bᵀ`.
 * @param nodes `[N, n, D]`
 * @returns `[N, n, T·n]`: for node i the T rows `G^b[i, :]`; the caller owns it
 */
export function blockGram(nodes: tf.Tensor3D, blocks: number): tf.Tensor3D {
  return tf.tidy(() => {
    const [count, size, joint] = nodes.shape;
    const byBlock = tf.transpose(tf.reshape(nodes, [count, size, blocks, joint / blocks]), [0, 2, 1, 3]);
    const products = tf.matMul(byBlock, byBlock, false, true);
    return tf.reshape(tf.transpose(products, [0, 2, 1, 3]), [count, size, blocks * size]);
  });
}

/** Squared norms of every node's blocks, `[N, n, D] -> [N, n, T]`. The caller owns it. */
export function blockSquares(nodes: tf.Tensor3D, blocks: number): tf.Tensor3D {
  return tf.tidy(() => {
    const [count, size, joint] = nodes.shape;
    return tf.sum(tf.square(tf.reshape(nodes, [count, size, blocks, joint / blocks])), -1) as tf.Tensor3D;
  });
}
