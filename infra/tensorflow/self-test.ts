/** Tests in a separate process that TensorFlow works, then measures it; prints one line of JSON. */
import process from 'node:process';
import * as tf from '@tensorflow/tfjs';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';
import { loadTfjsBackend } from '../../shared/platform/tfjs/index.ts';

/** What a working TensorFlow reports. */
export interface SelfTest {
  /** libtensorflow's version. */
  readonly tensorflow: string;
  /** The device that it computes on. */
  readonly device: 'cpu' | 'gpu';
  /** 10⁹ multiplications and additions per second, in products of 1024 x 1024 matrices. */
  readonly gigaflops: number;
}

const SIZE = 1024;
const ROUNDS = 20;

function assertEqual(what: string, actual: ArrayLike<number>, expected: readonly number[]): void {
  const same = actual.length === expected.length && expected.every((value, index) => value === actual[index]);
  if (!same) throw new Error(`${what}: got ${Array.from(actual).join()}, expected ${expected.join()}`);
}

/** A product and a gradient in small whole numbers, which float32 holds exactly. */
function checkNumbers(): void {
  tf.tidy(() => {
    const product = tf.matMul(
      tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]),
      tf.tensor2d([1, 0, 2, 1, 0, 3], [3, 2]),
    );
    assertEqual('a product', product.dataSync(), [5, 11, 14, 23]);
    const weights = tf.variable(tf.tensor2d([1, 2, 3], [3, 1]), true, 'weights');
    const { grads } = tf.variableGrads(() =>
      tf.sum(tf.square(tf.matMul(tf.tensor2d([[1, 1, 1]]), weights))).asScalar(),
    );
    assertEqual('a gradient', grads.weights?.dataSync() ?? [], [12, 12, 12]);
  });
  tf.disposeVariables();
  assertEqual('tensors that are left', [tf.memory().numTensors], [0]);
}

function measure(): number {
  return tf.tidy(() => {
    const square = tf.randomUniform<tf.Rank.R2>([SIZE, SIZE], -1, 1, 'float32', 1);
    const multiply = () => tf.tidy(() => tf.sum(tf.matMul(square, square)).dataSync());
    multiply();
    const began = performance.now();
    for (let round = 0; round < ROUNDS; round++) multiply();
    return (ROUNDS * 2 * SIZE ** 3) / 1e6 / (performance.now() - began);
  });
}

await loadTfjsBackend('tensorflow');
checkNumbers();
const { binding, isUsingGpuDevice } = tf.backend() as NodeJSKernelBackend;
const said: SelfTest = {
  tensorflow: binding.TF_Version,
  device: isUsingGpuDevice ? 'gpu' : 'cpu',
  gigaflops: Math.round(measure()),
};
process.stdout.write(`${JSON.stringify(said)}\n`);
