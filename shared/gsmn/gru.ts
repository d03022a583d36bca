import * as tf from '@tensorflow/tfjs';
import { type NetworkTensors, networkTensor } from './network-tensors.ts';
import { product } from './products.ts';

/** One direction of one GRU layer, input size I, state size D. Gates in PyTorch's order: reset, update, candidate. */
export interface GruWeights {
  /** Input to all gates, `[I, 3D]`. */
  readonly input: tf.Tensor2D;
  /** `[3D]`: both biases of reset and update, the input's bias of the candidate. */
  readonly bias: tf.Tensor1D;
  /** State to reset and update, `[D, 2D]`. */
  readonly stateGates: tf.Tensor2D;
  /** State to candidate, `[D, D]`. */
  readonly stateCandidate: tf.Tensor2D;
  /** The state's bias of the candidate, `[D]`; the reset gate scales it, so it stands alone. */
  readonly candidateBias: tf.Tensor1D;
}

/**
 * Lays out one direction of a layer for the products, differentiably. The caller owns the tensors, all new.
 * @param suffix `l0`, `l0_reverse`, `l1`, …
 */
export function gruWeights(network: NetworkTensors, suffix: string): GruWeights {
  return tf.tidy(() => {
    const read = <T extends tf.Tensor>(name: string) =>
      networkTensor<T>(network, `text_encoder.rnn.${name}_${suffix}`);
    const state = tf.transpose(read<tf.Tensor2D>('weight_hh'));
    const size = state.shape[0];
    const [stateGates, stateCandidate] = tf.split(state, [2 * size, size], 1) as [tf.Tensor2D, tf.Tensor2D];
    const [gateBias, candidateBias] = tf.split(read<tf.Tensor1D>('bias_hh'), [2 * size, size]) as [
      tf.Tensor1D,
      tf.Tensor1D,
    ];
    return {
      input: tf.transpose(read<tf.Tensor2D>('weight_ih')),
      bias: tf.add(read<tf.Tensor1D>('bias_ih'), tf.concat([gateBias, tf.zeros([size])])) as tf.Tensor1D,
      stateGates,
      stateCandidate,
      candidateBias,
    };
  });
}

/**
 * Runs one direction over a batch of sequences:
 * `r, z = σ(W x + b + W_h h)`, `n = tanh(W_n x + b_n + r (W_hn h + b_hn))`, `h' = (1 - z) n + z h`.
 * @param x `[L, C, I]`
 * @param masks one `[C, 1]` a step, 1 where the sequence has a word, or undefined where all have one at every step.
 *   A state is zeroed outside its own sequence; backwards it so starts at the sequence's own last word.
 * @returns the states, one `[C, D]` a step, in the order of the words; the caller owns them
 */
export function runGru(
  weights: GruWeights,
  x: tf.Tensor3D,
  masks: readonly tf.Tensor2D[] | undefined,
  backward: boolean,
): tf.Tensor2D[] {
  return tf.tidy(() => {
    const [length, count, inputSize] = x.shape;
    const size = weights.candidateBias.shape[0];
    const projected = tf.add(
      product(tf.reshape(x, [length * count, inputSize]), weights.input),
      weights.bias,
    );
    const [gates, candidates] = tf
      .split(projected, [2 * size, size], 1)
      .map((part) => tf.unstack(tf.reshape(part, [length, count, -1]))) as [tf.Tensor2D[], tf.Tensor2D[]];
    const states: tf.Tensor2D[] = [];
    let state = tf.zeros([count, size]) as tf.Tensor2D;
    for (let step = 0; step < length; step++) {
      const at = backward ? length - 1 - step : step;
      const next = gruStep(weights, state, gates[at] as tf.Tensor2D, candidates[at] as tf.Tensor2D);
      const mask = masks?.[at];
      state = mask === undefined ? next : tf.mul(next, mask);
      states[at] = state;
    }
    return states;
  });
}

function gruStep(weights: GruWeights, state: tf.Tensor2D, gates: tf.Tensor2D, candidate: tf.Tensor2D) {
  return tf.tidy((): tf.Tensor2D => {
    const open = tf.sigmoid(tf.add(gates, product(state, weights.stateGates)));
    const [reset, update] = tf.split(open, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    const recalled = tf.add(product(state, weights.stateCandidate), weights.candidateBias);
    const proposal = tf.tanh(tf.add(candidate, tf.mul(reset, recalled))) as tf.Tensor2D;
    return tf.add(proposal, tf.mul(update, tf.sub(state, proposal)));
  });
}
