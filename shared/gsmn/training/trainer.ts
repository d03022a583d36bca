import * as tf from '@tensorflow/tfjs';
import { AppError } from '../../errors/index.ts';
import { assertParameters, type Parameter, type Parameters } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import { uploadParameters } from '../network-tensors.ts';
import { disposeAll, onBackend, takeData } from '../on-backend.ts';
import { createAdam } from './adam.ts';
import { backpropagate, encodeGraphs, scoreAllPairs } from './backpropagation.ts';
import { hingeLoss, type Violation } from './hinge-loss.ts';
import { graphNumbers, type PairScorer } from './pair-scorer.ts';
import { assertBatch, type TrainingBatch } from './training-batch.ts';

/** What one step is to do. */
export interface StepSettings {
  readonly margin: number;
  readonly violation: Violation;
  readonly learningRate: number;
  /** Largest global norm of the gradients; 0 for no limit. */
  readonly gradientClip: number;
}

export interface StepReport {
  readonly loss: number;
  /** Global norm of the gradients before clipping. */
  readonly gradientNorm: number;
  /** Pairs that the loss depended on. */
  readonly pairs: number;
}

/** Adam's moments, by parameter name. */
export interface OptimizerState {
  readonly updates: number;
  readonly moments: ReadonlyMap<string, { readonly first: Float32Array; readonly second: Float32Array }>;
}

/** Trains a network step by step. The caller disposes of it. Steps must not overlap. */
export interface Trainer {
  readonly backend: string;
  /**
   * One step of Adam on one batch.
   * @throws AppError `shape_mismatch` for a batch whose parts do not fit, `diverged` when loss or gradient is no finite
   *   number: the parameters are then as they were before the step
   */
  step(batch: TrainingBatch, settings: StepSettings): Promise<StepReport>;
  parameters(): Promise<Parameters>;
  optimizer(): Promise<OptimizerState>;
  dispose(): void;
}

/**
 * A trainer on a loaded TF.js backend.
 * @param resumed the optimiser's state of an earlier run
 * @param scorer finds the pairs that count; without one the backend does it
 * @throws AppError `backend_unavailable`, `shape_mismatch`
 */
export function createTrainer(
  backend: string,
  config: ModelConfig,
  parameters: Parameters,
  resumed?: OptimizerState,
  scorer?: PairScorer,
): Trainer {
  assertParameters(config, parameters);
  // Variables outlive the tidy scope.
  const { variables, adam } = onBackend(backend, () => {
    const made = new Map(
      [...uploadParameters(parameters)].map(([name, value]) => [name, tf.variable(value)]),
    );
    return { variables: made, adam: createAdam(made) };
  });
  if (resumed !== undefined) onBackend(backend, () => adam.restore(resumed.updates, resumed.moments));

  return {
    backend,

    step: async (unordered, { margin, violation, learningRate, gradientClip }) => {
      assertBatch(unordered, config);
      const batch = longestFirst(unordered);
      const size = batch.boxes.length;
      const graphs = onBackend(backend, () => encodeGraphs(variables, batch, config));
      let gradients: Record<string, tf.Tensor> = {};
      try {
        const scores =
          scorer === undefined
            ? await takeData(onBackend(backend, () => scoreAllPairs(variables, graphs, batch, config)))
            : await scorer(...(await graphNumbers(variables, graphs, batch)));
        const { loss, coefficients, pairs } = hingeLoss(scores, size, { margin, violation }, batch.alsoRight);
        assertFinite('loss', loss);
        const { found, norm } = onBackend(backend, () => {
          const own = backpropagate(variables, graphs, batch, coefficients, config);
          const squares = [...own.values()].map((gradient) => tf.sum(tf.square(gradient)));
          return {
            found: Object.fromEntries(own),
            norm: tf.sqrt(squares.length === 0 ? tf.scalar(0) : tf.addN(squares)),
          };
        });
        gradients = found;
        const [gradientNorm = Number.NaN] = await takeData(norm);
        assertFinite('gradient norm', gradientNorm);
        // As PyTorch's clip_grad_norm_.
        const scale = gradientClip > 0 ? Math.min(1, gradientClip / (gradientNorm + 1e-6)) : 1;
        onBackend(backend, () => {
          adam.update(
            new Map(
              Object.entries(gradients).map(([name, own]) => [name, scale < 1 ? tf.mul(own, scale) : own]),
            ),
            learningRate,
          );
        });
        return { loss, gradientNorm, pairs };
      } finally {
        disposeAll([graphs, gradients]);
      }
    },

    parameters: async () => new Map(await Promise.all([...variables].map(async (own) => download(own)))),

    optimizer: async () => ({
      updates: adam.updates,
      moments: new Map(
        await Promise.all(
          [...adam.moments].map(
            async ([name, { first, second }]) =>
              [name, { first: await numbers(first), second: await numbers(second) }] as const,
          ),
        ),
      ),
    }),

    dispose: () => {
      tf.dispose([...variables.values()]);
      adam.dispose();
    },
  };
}

async function numbers(variable: tf.Tensor): Promise<Float32Array> {
  return Float32Array.from((await variable.data()) as Float32Array);
}

async function download([name, variable]: readonly [string, tf.Variable]): Promise<[string, Parameter]> {
  return [name, { shape: variable.shape, data: await numbers(variable) }];
}

function assertFinite(what: string, value: number): void {
  if (Number.isFinite(value)) return;
  throw new AppError('diverged', `the ${what} of this step is ${value}`, {
    hint: 'lower the learning rate (--learning_rate) or clip harder (--grad_clip), and continue from the last checkpoint',
  });
}

/** The same batch with its captions sorted by falling length, so that there is little padding. */
function longestFirst({ features, boxes, captions, dependencies, alsoRight }: TrainingBatch): TrainingBatch {
  const order = [...captions.keys()].sort(
    (a, b) => (captions[b]?.length ?? 0) - (captions[a]?.length ?? 0) || a - b,
  );
  const size = features.length / boxes.length;
  const sorted = new Float32Array(features.length);
  for (const [row, index] of order.entries()) {
    sorted.set(features.subarray(index * size, (index + 1) * size), row * size);
  }
  return {
    features: sorted,
    boxes: order.map((index) => boxes[index] ?? []),
    captions: order.map((index) => captions[index] ?? []),
    dependencies: order.map((index) => dependencies[index]),
    alsoRight:
      alsoRight &&
      Uint8Array.from(
        order.flatMap((image) => order.map((caption) => alsoRight[image * order.length + caption] ?? 0)),
      ),
  };
}
