import * as tf from '@tensorflow/tfjs';
import { product } from './products.ts';

/**
 * Rows of an embedding table, `table [V, E]`, `ids [n] -> [n, E]`. The gradient of TF.js's own `gather` fails on wasm.
 * This one sums the gradients of equal words by a product with a 0/1 matrix `[words, n]` over the distinct words.
 */
export function embed(table: tf.Tensor2D, ids: readonly number[]): tf.Tensor2D {
  const lookUp = tf.customGrad((words) => ({
    value: tf.gather(words as tf.Tensor2D, tf.tensor1d([...ids], 'int32')),
    gradFunc: (upstream: tf.Tensor) => tableGradient(upstream as tf.Tensor2D, ids, table.shape),
  }));
  return lookUp(table) as tf.Tensor2D;
}

function tableGradient(upstream: tf.Tensor2D, ids: readonly number[], shape: [number, number]): tf.Tensor {
  const distinct = [...new Set(ids)];
  const positions = new Map(distinct.map((id, position) => [id, position]));
  const selection = new Float32Array(distinct.length * ids.length);
  for (const [index, id] of ids.entries()) selection[(positions.get(id) ?? 0) * ids.length + index] = 1;
  const sums = product(tf.tensor2d(selection, [distinct.length, ids.length]), upstream);
  const rows = tf.tensor2d(distinct, [distinct.length, 1], 'int32');
  return tf.scatterND(rows, sums, shape);
}
