import * as tf from '@tensorflow/tfjs';

/** Moments of one parameter. */
interface Moments {
  readonly first: tf.Variable;
  readonly second: tf.Variable;
}

const FIRST_DECAY = 0.9;
/** PyTorch's default, which the released code trains with. */
const SECOND_DECAY = 0.999;
/** PyTorch's: added to the root, after the bias correction. */
const EPSILON = 1e-8;

/**
 * Adam (Kingma and Ba 2015) as PyTorch computes it: `p -= lr m̂ / (√v̂ + ε)`. TF.js's own Adam keeps the powers of the
 * decays in float32 on the backend and cannot export its moments exactly, which a resumed run needs.
 */
export interface Adam {
  /** Moves the variables against their gradients; a variable without a gradient is not changed. Call within `tidy`. */
  update(gradients: ReadonlyMap<string, tf.Tensor>, learningRate: number): void;
  /** Number of updates so far. */
  readonly updates: number;
  /** Moments by parameter name, as tensors that the optimiser keeps owning. */
  readonly moments: ReadonlyMap<string, Moments>;
  /** Restores the moments of an earlier run. */
  restore(updates: number, moments: ReadonlyMap<string, { first: Float32Array; second: Float32Array }>): void;
  dispose(): void;
}

/** @param secondDecay decay of the mean of the squared gradients */
export function createAdam(
  variables: ReadonlyMap<string, tf.Variable>,
  secondDecay: number = SECOND_DECAY,
): Adam {
  const zeros = (shape: number[]): tf.Variable => tf.tidy(() => tf.variable(tf.zeros(shape), false));
  const moments = new Map(
    [...variables].map(([name, { shape }]) => [name, { first: zeros(shape), second: zeros(shape) }]),
  );
  let updates = 0;
  return {
    get updates() {
      return updates;
    },
    moments,
    update: (gradients, learningRate) => {
      updates += 1;
      const firstScale = 1 / (1 - FIRST_DECAY ** updates);
      const secondScale = 1 / (1 - secondDecay ** updates);
      for (const [name, gradient] of gradients) {
        const [variable, moment] = [variables.get(name), moments.get(name)];
        if (variable === undefined || moment === undefined) continue;
        tf.tidy(() => {
          const first = tf.add(tf.mul(moment.first, FIRST_DECAY), tf.mul(gradient, 1 - FIRST_DECAY));
          const second = tf.add(
            tf.mul(moment.second, secondDecay),
            tf.mul(tf.square(gradient), 1 - secondDecay),
          );
          const root = tf.add(tf.sqrt(tf.mul(second, secondScale)), EPSILON);
          moment.first.assign(first);
          moment.second.assign(second);
          variable.assign(tf.sub(variable, tf.div(tf.mul(first, learningRate * firstScale), root)));
        });
      }
    },
    restore: (done, stored) => {
      updates = done;
      for (const [name, { first, second }] of stored) {
        const moment = moments.get(name);
        if (moment === undefined) continue;
        tf.tidy(() => {
          moment.first.assign(tf.tensor(first, moment.first.shape));
          moment.second.assign(tf.tensor(second, moment.second.shape));
        });
      }
    },
    dispose: () => {
      for (const { first, second } of moments.values()) tf.dispose([first, second]);
    },
  };
}
