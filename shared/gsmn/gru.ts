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
  /** The state's bias of the candidate, `[D]`, separate because the reset gate scales it. */
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
 * @param masks one `[C, 1]` for each step, 1 if the sequence has a word there; undefined if all sequences have one at
 *   every step. States outside a sequence are set to zero, so backwards it starts at its own last word.
 * @returns the states, `[L, C, D]`, in the order of the words; the caller owns it
 */
export function runGru(
  weights: GruWeights,
  x: tf.Tensor3D,
  masks: readonly tf.Tensor2D[] | undefined,
  backward: boolean,
): tf.Tensor3D {
  return tf.tidy(() => {
    const [length, count, inputSize] = x.shape;
    const projected = tf.add(
      product(tf.reshape(x, [length * count, inputSize]), weights.input),
      weights.bias,
    );
    const order = Array.from({ length }, (_, step) => (backward ? length - 1 - step : step));
    const { stateGates, stateCandidate, candidateBias } = weights;
    return recurrence(order, masks)(
      tf.reshape(projected, [length, count, -1]),
      stateGates,
      stateCandidate,
      candidateBias,
    ) as tf.Tensor3D;
  });
}

/** What one step leaves for its gradient. */
interface StepValues {
  /** `[C, 2D]`: reset and update. */
  readonly open: tf.Tensor2D;
  /** `W_hn h + b_hn`, `[C, D]` */
  readonly recalled: tf.Tensor2D;
  /** `n`, `[C, D]` */
  readonly proposal: tf.Tensor2D;
  /** `h'`, masked, `[C, D]` */
  readonly state: tf.Tensor2D;
}

/**
 * The steps of one direction with their gradient written out: the gradients of the weights are one product over all steps, where
 * automatic differentiation makes one a step and adds them up.
 * @param order places of the sequence in the order of the steps
 */
function recurrence(order: readonly number[], masks: readonly tf.Tensor2D[] | undefined) {
  return tf.customGrad((...inputs) => {
    const [projected, stateGates, stateCandidate, candidateBias] = inputs as never as [
      tf.Tensor3D,
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor1D,
    ];
    const save = inputs[4] as never as tf.GradSaveFunc;
    const [length, count, width] = projected.shape;
    const size = width / 3;
    const [gates, candidates] = tf.split(projected, [2 * size, size], 2).map((part) => tf.unstack(part)) as [
      tf.Tensor2D[],
      tf.Tensor2D[],
    ];
    const steps: StepValues[] = [];
    let state = tf.zeros([count, size]) as tf.Tensor2D;
    for (const at of order) {
      const open = tf.sigmoid(tf.add(gates[at] as tf.Tensor2D, product(state, stateGates))) as tf.Tensor2D;
      const [reset, update] = tf.split(open, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
      const recalled = tf.add(product(state, stateCandidate), candidateBias) as tf.Tensor2D;
      const candidate = candidates[at] as tf.Tensor2D;
      const proposal = tf.tanh(tf.add(candidate, tf.mul(reset, recalled))) as tf.Tensor2D;
      const next = tf.add(proposal, tf.mul(update, tf.sub(state, proposal))) as tf.Tensor2D;
      const mask = masks?.[at];
      state = mask === undefined ? next : tf.mul(next, mask);
      steps.push({ open, recalled, proposal, state });
    }
    const kept = steps.flatMap(({ open, recalled, proposal, state: own }) => [open, recalled, proposal, own]);
    save([stateGates, stateCandidate, ...(masks ?? []), ...kept]);
    const states: tf.Tensor2D[] = [];
    for (const [step, at] of order.entries()) states[at] = (steps[step] as StepValues).state;
    return {
      value: tf.stack(states),
      gradFunc: (upstream: tf.Tensor, saved: tf.Tensor[]) => {
        const [gateWeights, candidateWeights, ...rest] = saved as tf.Tensor2D[];
        const ownMasks = masks === undefined ? undefined : rest.splice(0, length);
        const values = order.map((_, step): StepValues => {
          const [open, recalled, proposal, own] = rest.slice(4 * step, 4 * step + 4);
          return { open, recalled, proposal, state: own } as StepValues;
        });
        return recurrenceGradient(
          order,
          values,
          tf.unstack(upstream) as tf.Tensor2D[],
          gateWeights as tf.Tensor2D,
          candidateWeights as tf.Tensor2D,
          ownMasks,
        );
      },
    };
  });
}

/** Gradients by the projected inputs `[L, C, 3D]`, both state weights and the candidate's bias, last step first. */
function recurrenceGradient(
  order: readonly number[],
  values: readonly StepValues[],
  upstream: readonly tf.Tensor2D[],
  stateGates: tf.Tensor2D,
  stateCandidate: tf.Tensor2D,
  masks: readonly tf.Tensor2D[] | undefined,
): tf.Tensor[] {
  return tf.tidy(() => {
    const [gatesBack, candidateBack] = [tf.transpose(stateGates), tf.transpose(stateCandidate)];
    const ofGates: tf.Tensor2D[] = [];
    const ofCandidates: tf.Tensor2D[] = [];
    const ofRecalled: tf.Tensor2D[] = [];
    const before: tf.Tensor2D[] = [];
    let carried: tf.Tensor | undefined;
    for (let step = order.length - 1; step >= 0; step--) {
      const at = order[step] as number;
      const { open, recalled, proposal, state } = values[step] as StepValues;
      const [reset, update] = tf.split(open, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
      const previous = values[step - 1]?.state ?? tf.zerosLike(state);
      const own = upstream[at] as tf.Tensor2D;
      const whole = carried === undefined ? own : tf.add(own, carried);
      const next = masks === undefined ? whole : tf.mul(whole, masks[at] as tf.Tensor2D);
      const ofProposal = tf.mul(next, tf.sub(1, update));
      const ofUpdate = tf.mul(next, tf.sub(previous, proposal));
      const ofCandidate = tf.mul(ofProposal, tf.sub(1, tf.square(proposal))) as tf.Tensor2D;
      const ofOpen = tf.concat([tf.mul(ofCandidate, recalled), ofUpdate], 1);
      ofGates[at] = tf.mul(ofOpen, tf.mul(open, tf.sub(1, open)));
      ofCandidates[at] = ofCandidate;
      ofRecalled[at] = tf.mul(ofCandidate, reset);
      before[at] = previous;
      if (step === 0) break;
      const throughGates = product(ofGates[at] as tf.Tensor2D, gatesBack);
      const throughCandidate = product(ofRecalled[at] as tf.Tensor2D, candidateBack);
      carried = tf.add(tf.mul(next, update), tf.add(throughGates, throughCandidate));
    }
    const [previous, gates, recalled] = [before, ofGates, ofRecalled].map((parts) => tf.concat(parts)) as [
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor2D,
    ];
    const previousBack = tf.transpose(previous);
    return [
      tf.concat([tf.stack(ofGates), tf.stack(ofCandidates)], 2),
      product(previousBack, gates),
      product(previousBack, recalled),
      tf.sum(recalled, 0),
    ];
  });
}
