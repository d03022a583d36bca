import * as tf from '@tensorflow/tfjs';
import {
  FACING_INPUTS,
  type FacingWeights,
  mirroredInputs,
} from '../../features/drawn-regions/features/facing.ts';
import { shuffled } from '../../training/sampling.ts';

/** A region of a living thing. */
export interface FacingExample {
  readonly inputs: Float32Array;
  /** It faces right. */
  readonly right: boolean;
}

const [HIDDEN, BATCH, EPOCHS] = [48, 64, 30];
const [RATE, DECAY] = [0.002, 2e-4];
const STEPS = 127;

/**
 * Fits `facingNetwork` by logistic regression of its lead, on TF.js's current backend.
 *
 * @param onEpoch gets the mean loss of each epoch.
 */
export function fitFacing(
  examples: readonly FacingExample[],
  seed: number,
  onEpoch: (epoch: number, loss: number) => void,
): FacingWeights {
  const rows = tf.tensor2d(concatenated(examples.map(({ inputs }) => inputs)), [
    examples.length,
    FACING_INPUTS,
  ]);
  const mirrored = tf.tensor2d(
    concatenated(examples.map(({ inputs }) => mirroredInputs(inputs))),
    rows.shape,
  );
  const labels = tf.tensor1d(examples.map(({ right }) => (right ? 1 : 0)));
  const spread = Math.sqrt(2 / FACING_INPUTS);
  const inner = tf.variable(tf.randomNormal([FACING_INPUTS, HIDDEN], 0, spread, 'float32', seed));
  const bias = tf.variable(tf.zeros([HIDDEN]));
  const outer = tf.variable(tf.randomNormal([HIDDEN, 1], 0, Math.sqrt(1 / HIDDEN), 'float32', seed + 1));
  const looksRight = (batch: tf.Tensor2D): tf.Tensor =>
    batch
      .matMul(inner as tf.Tensor2D)
      .add(bias)
      .relu()
      .matMul(outer as tf.Tensor2D)
      .flatten();
  const steps = Math.ceil(examples.length / BATCH);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    // To zero, by a cosine: the last epochs only settle.
    const optimizer = tf.train.adam(RATE * 0.5 * (1 + Math.cos((Math.PI * epoch) / EPOCHS)));
    const order = shuffled([...examples.keys()], seed, epoch);
    let total = 0;
    for (let step = 0; step < steps; step++) {
      const chosen = tf.tensor1d(Int32Array.from(order.slice(step * BATCH, (step + 1) * BATCH)), 'int32');
      const loss = optimizer.minimize(
        () => {
          const lead = looksRight(tf.gather(rows, chosen)).sub(looksRight(tf.gather(mirrored, chosen)));
          const error = tf.losses.sigmoidCrossEntropy(tf.gather(labels, chosen), lead);
          return error.add(inner.square().sum().mul(DECAY)) as tf.Scalar;
        },
        true,
        [inner, bias, outer],
      ) as tf.Scalar;
      total += (loss.dataSync()[0] as number) / steps;
      tf.dispose([loss, chosen]);
    }
    optimizer.dispose();
    onEpoch(epoch, total);
  }
  const [weights, biases, outers] = [inner, bias, outer].map(
    (variable) => variable.dataSync() as Float32Array,
  );
  tf.dispose([rows, mirrored, labels, inner, bias, outer]);
  return quantised(weights as Float32Array, biases as Float32Array, outers as Float32Array);
}

function quantised(inner: Float32Array, bias: Float32Array, outer: Float32Array): FacingWeights {
  const unit = inner.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / STEPS;
  const bytes = Int8Array.from(inner, (value) => Math.round(value / unit));
  const short = (value: number): number => Number(value.toPrecision(6));
  return {
    unit: short(unit),
    inner: Buffer.from(bytes.buffer).toString('base64'),
    bias: Array.from(bias, short),
    outer: Array.from(outer, short),
  };
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.length * FACING_INPUTS);
  for (const [index, part] of parts.entries()) all.set(part, index * FACING_INPUTS);
  return all;
}
