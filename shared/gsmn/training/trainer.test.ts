import process from 'node:process';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../../test/support/close.ts';
import { randomBoxes, randomNumbers, seededRandom } from '../../../test/support/random.ts';
import { smallConfig } from '../../../test/support/random-model.ts';
import { loadTfjsBackend, type TfjsBackendName } from '../../platform/tfjs/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import { backpropagate, encodeGraphs } from './backpropagation.ts';
import { initialParameters } from './initial-parameters.ts';
import { createTrainer } from './trainer.ts';
import type { TrainingBatch } from './training-batch.ts';

/** The backend that trains. tensorflow.test.ts runs this file again for the backend that it sets up. */
const backend = (process.env.GSMN_TEST_BACKEND ?? 'wasm') as TfjsBackendName;

const CONFIGS = (['self', 'neighbours'] as const).flatMap((propagation) =>
  [false, true].map(
    (sparse) => [propagation, sparse ? 'sparse' : 'dense', smallConfig({ propagation, sparse })] as const,
  ),
);
const REGIONS = 5;
const SETTINGS = { margin: 0.2, violation: 'max', learningRate: 0.003, gradientClip: 2 } as const;

/** Captions of falling length, the last two of one word. */
function smallBatch(config: ModelConfig, seed: number, size = 9): TrainingBatch {
  const random = seededRandom(seed);
  const captions = Array.from({ length: size }, (_, index) =>
    Array.from({ length: Math.max(1, size - 1 - index) }, () => Math.floor(random() * config.vocabularySize)),
  );
  return {
    features: randomNumbers(random, size * REGIONS * config.imageFeatureSize),
    boxes: captions.map(() => randomBoxes(random, REGIONS)),
    captions,
    dependencies: captions.map(({ length }) =>
      Array.from({ length }, (_, word) => [word, word + 1] as const),
    ),
  };
}

describe.each(CONFIGS)(`the trainer on ${backend}, %s, %s`, (_propagation, _graph, config) => {
  beforeAll(() => loadTfjsBackend(backend));

  it('computes the same gradient from selected pairs as from all pairs', () => {
    const batch = smallBatch(config, 3);
    const random = seededRandom(4);
    tf.tidy(() => {
      const network = new Map(
        [...initialParameters(config, 5)].map(([name, { shape, data }]) => [
          name,
          tf.tensor(data, [...shape]),
        ]),
      );
      const graphs = () => encodeGraphs(network, batch, config);
      const all = Float32Array.from({ length: 81 }, () => random() - 0.5);
      // Two halves, each too small for the products over all pairs, must sum to the whole.
      const few = [0, 1, 2, 3].map((part) => all.map((value, index) => (index % 4 === part ? value : 0)));
      const whole = backpropagate(network, graphs(), batch, all, config);
      const parts = few.map((coefficients) => backpropagate(network, graphs(), batch, coefficients, config));
      expect(whole.size).toBeGreaterThan(30);
      for (const [name, gradient] of whole) {
        const sum = tf.addN(parts.map((part) => part.get(name) ?? tf.zerosLike(gradient)));
        expectClose(sum.dataSync(), gradient.dataSync(), { absolute: 2e-5, relative: 1e-3 }, name);
      }
    });
  });

  it('memorises a batch and leaks no tensor', async () => {
    const before = tf.memory().numTensors;
    const trainer = createTrainer(backend, config, initialParameters(config, 5));
    const batch = smallBatch(config, 6, 4);
    const { loss: first } = await trainer.step(batch, SETTINGS);
    const held = tf.memory().numTensors;
    let last = first;
    for (let step = 0; step < 60; step++) last = (await trainer.step(batch, SETTINGS)).loss;
    expect(last).toBeLessThan(first * 0.8);
    expect(tf.memory().numTensors).toBe(held);
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('resumes from its own state bit for bit', async () => {
    const batches = [1, 2, 3, 4].map((seed) => smallBatch(config, seed));
    const whole = createTrainer(backend, config, initialParameters(config, 5));
    for (const batch of batches) await whole.step(batch, SETTINGS);
    const half = createTrainer(backend, config, initialParameters(config, 5));
    for (const batch of batches.slice(0, 2)) await half.step(batch, SETTINGS);
    const rest = createTrainer(backend, config, await half.parameters(), await half.optimizer());
    for (const batch of batches.slice(2)) await rest.step(batch, SETTINGS);
    expect(await rest.parameters()).toEqual(await whole.parameters());
    expect(await rest.optimizer()).toEqual(await whole.optimizer());
    for (const trainer of [whole, half, rest]) trainer.dispose();
  });
});

describe('a step that fails', () => {
  const config = smallConfig();
  beforeAll(() => loadTfjsBackend(backend));

  it('is refused for numbers that are not finite, and changes nothing', async () => {
    const trainer = createTrainer(backend, config, initialParameters(config, 5));
    const before = await trainer.parameters();
    const batch = smallBatch(config, 1);
    batch.features.fill(Number.NaN, 0, 3);
    const held = tf.memory().numTensors;
    await expect(trainer.step(batch, SETTINGS)).rejects.toMatchObject({ code: 'diverged' });
    expect(await trainer.parameters()).toEqual(before);
    expect(tf.memory().numTensors).toBe(held);
    trainer.dispose();
  });

  it.each([
    ['one image', (batch: TrainingBatch) => ({ ...batch, boxes: batch.boxes.slice(0, 1) })],
    ['too few captions', (batch: TrainingBatch) => ({ ...batch, captions: batch.captions.slice(1) })],
    ['too few features', (batch: TrainingBatch) => ({ ...batch, features: batch.features.slice(1) })],
    ['an empty caption', (batch: TrainingBatch) => ({ ...batch, captions: batch.captions.map(() => []) })],
  ])('is refused with %s', async (_what, change) => {
    const trainer = createTrainer(backend, config, initialParameters(config, 5));
    await expect(trainer.step(change(smallBatch(config, 1)), SETTINGS)).rejects.toMatchObject({
      code: 'shape_mismatch',
    });
    trainer.dispose();
  });
});

describe('initial parameters', () => {
  it('are the same for the same seed, different for another, and within their bounds', () => {
    const config = smallConfig();
    const first = initialParameters(config, 1);
    expect(initialParameters(config, 1)).toEqual(first);
    expect(initialParameters(config, 2)).not.toEqual(first);
    const extent = (name: string) => Math.max(...(first.get(name)?.data ?? []).map(Math.abs));
    expect(extent('text_encoder.embed.weight')).toBeLessThanOrEqual(0.1);
    expect(extent('text_encoder.embed.weight')).toBeGreaterThan(0.05);
    expect(extent('image_encoder.fc.bias')).toBe(0);
    const direction = first.get('image_graph.out_1.weight_v')?.data.subarray(0, config.hiddenSize) ?? [];
    expect(first.get('image_graph.out_1.weight_g')?.data[0]).toBeCloseTo(Math.hypot(...direction), 6);
  });
});
