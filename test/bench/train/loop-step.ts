import * as tf from '@tensorflow/tfjs';
import {
  captionBatch,
  encodeRegions,
  encodeWords,
  imageBatch,
  imageEncoderWeights,
  imageLayout,
  matchingWeights,
  matchPairs,
  textEncoderWeights,
} from '../../../shared/gsmn/index.ts';
import { takeData } from '../../../shared/gsmn/on-backend.ts';
import { hingeLoss, type TrainingBatch } from '../../../shared/gsmn/training/index.ts';
import type { ModelConfig } from '../../../shared/schema/index.ts';

/** The straightforward method, as in the released code: caption by caption with all images, one tape over everything. */
export interface LoopStep {
  step(batch: TrainingBatch): Promise<{ readonly loss: number; readonly gradientNorm: number }>;
  dispose(): void;
}

export function createLoopStep(
  config: ModelConfig,
  network: ReadonlyMap<string, tf.Variable>,
  settings: { readonly margin: number; readonly learningRate: number; readonly gradientClip: number },
): LoopStep {
  const adam = tf.train.adam(settings.learningRate, 0.9, 0.999, 1e-8);
  return {
    step: async (batch) => {
      const size = batch.boxes.length;
      // The derivative of the loss at the scores: PyTorch's max does the same inside the tape.
      const scores = await takeData(allScores(network, batch, config));
      const { loss, coefficients } = hingeLoss(scores, size, { ...settings, violation: 'max' });
      const { gradients, norm } = tf.tidy(() => {
        const slopes = tf.tensor2d(coefficients, [size, size]);
        const { grads } = tf.variableGrads(
          () => tf.sum(tf.mul(allScores(network, batch, config), slopes)) as tf.Scalar,
          [...network.values()],
        );
        const found = Object.entries(grads).filter(([, gradient]) => gradient !== null);
        const squares = found.map(([, gradient]) => tf.sum(tf.square(gradient)));
        return { gradients: found, norm: tf.sqrt(tf.addN(squares)) };
      });
      const [gradientNorm = Number.NaN] = await takeData(norm);
      const scale = Math.min(1, settings.gradientClip / (gradientNorm + 1e-6));
      tf.tidy(() => {
        const scaled = gradients.map(([name, gradient]) => [name, tf.mul(gradient, scale)]);
        adam.applyGradients(Object.fromEntries(scaled) as never);
      });
      tf.dispose(gradients.map(([, gradient]) => gradient));
      return { loss, gradientNorm };
    },
    dispose: () => adam.dispose(),
  };
}

function allScores(
  network: ReadonlyMap<string, tf.Tensor>,
  batch: TrainingBatch,
  config: ModelConfig,
): tf.Tensor2D {
  return tf.tidy(() => {
    const size = batch.boxes.length;
    const rows = batch.features.length / config.imageFeatureSize;
    const nodes = encodeRegions(
      imageEncoderWeights(network, config),
      tf.tensor2d(batch.features, [rows, config.imageFeatureSize]),
    );
    const images = imageBatch(
      tf.reshape(nodes, [size, rows / size, config.jointSize]),
      imageLayout(network, batch.boxes, config),
      config.blocks,
    );
    const words = encodeWords(textEncoderWeights(network, config), batch.captions);
    const weights = matchingWeights(network, config);
    const columns = batch.captions.map(({ length }, caption) => {
      const own = tf.slice(words, [caption, 0, 0], [1, length, -1]);
      const one = captionBatch(own, [length], [batch.dependencies[caption]], config);
      const matches = matchPairs(weights, images, one, config);
      return tf.add(matches.imageToText, matches.textToImage) as tf.Tensor2D;
    });
    return tf.concat(columns, 1);
  });
}
