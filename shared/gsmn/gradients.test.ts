import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../test/support/close.ts';
import { randomBoxes, randomNumbers, seededRandom } from '../../test/support/random.ts';
import { randomParameters, smallConfig } from '../../test/support/random-model.ts';
import type { Dependencies } from '../model/index.ts';
import { loadTfjsBackend } from '../platform/tfjs/index.ts';
import type { ModelConfig } from '../schema/index.ts';
import {
  captionBatch,
  encodeRegions,
  encodeWords,
  imageBatch,
  imageEncoderWeights,
  imageLayout,
  matchingWeights,
  matchPairs,
  type NetworkTensors,
  textEncoderWeights,
  uploadParameters,
} from './index.ts';

const SEED = 20260403;
const STEP = 2e-3;

/** Differences of float32 values over a step of 2e-3, with curvature of the order of the step squared. */
const TOLERANCE = { absolute: 4e-3, relative: 2e-2 };

beforeAll(async () => {
  await loadTfjsBackend('wasm');
});

const CAPTIONS = [
  [1, 2, 3, 2, 4],
  [1, 5, 4],
];
const DEPENDENCIES: Dependencies[] = [
  [
    [0, 1],
    [1, 2],
    [2, 3],
  ],
  [[0, 1]],
];

/** A smooth function of every score of two images and two captions. */
function objective(
  network: NetworkTensors,
  config: ModelConfig,
  features: Float32Array,
  boxes: Float32Array[],
): tf.Scalar {
  return tf.tidy(() => {
    const rows = tf.tensor2d(features, [6, config.imageFeatureSize]);
    const regions = encodeRegions(imageEncoderWeights(network, config), rows);
    const words = encodeWords(textEncoderWeights(network, config), CAPTIONS);
    const matches = matchPairs(
      matchingWeights(network, config),
      imageBatch(tf.reshape(regions, [2, 3, -1]), imageLayout(network, boxes, config), config.blocks),
      captionBatch(words, [5, 3], DEPENDENCIES, config),
      config,
    );
    const mix = tf.tensor2d([1, -0.5, 0.7, -2], [2, 2]);
    const sums = tf.add(tf.mul(matches.imageToText, mix), tf.mul(matches.textToImage, tf.square(mix)));
    return tf.sum(sums) as tf.Scalar;
  });
}

const VARIANTS: [string, Partial<ModelConfig>][] = [
  ['self', {}],
  ['neighbours, sparse, two layers', { propagation: 'neighbours', sparse: true, layers: 2 }],
  [
    'neighbours, dense, one direction, no norms',
    {
      propagation: 'neighbours',
      bidirectional: false,
      normalizeImages: false,
      normalizeCaptions: false,
    },
  ],
];

describe.each(VARIANTS)(`gradients on wasm, %s (seed ${SEED})`, (_, changes) => {
  const config = smallConfig({ softmaxTemperature: 3, ...changes });
  const random = seededRandom(SEED);
  const parameters = randomParameters(random, config);
  const features = randomNumbers(random, 6 * config.imageFeatureSize);
  const boxes = [randomBoxes(random, 3), randomBoxes(random, 3)];

  function gradients(inputs: Float32Array): Map<string, Float32Array> {
    const found = new Map<string, Float32Array>();
    tf.tidy(() => {
      const network = new Map(
        [...uploadParameters(parameters)].map(([name, tensor]) => [name, tf.variable(tensor)]),
      );
      const { grads } = tf.variableGrads(
        () => objective(network, config, inputs, boxes),
        [...network.values()],
      );
      for (const [name, variable] of network) {
        found.set(name, (grads[variable.name]?.dataSync() as Float32Array | undefined) ?? new Float32Array());
        variable.dispose();
      }
    });
    return found;
  }

  it('agree with finite differences, parameter by parameter', () => {
    const found = gradients(features);
    for (const [name, { shape, data }] of parameters) {
      // `p_k` cancels in the caption graph, so nothing depends on it.
      if (name === 'text_graph.graph_convolution_3.params') {
        expect(found.get(name)).toHaveLength(0);
        continue;
      }
      const direction = randomNumbers(random, data.length, Math.sqrt(3 / data.length));
      const value = (sign: number) =>
        tf.tidy(() => {
          const moved = data.map((x, index) => x + sign * STEP * (direction[index] ?? 0));
          const network = uploadParameters(new Map([...parameters, [name, { shape, data: moved }]]));
          return objective(network, config, features, boxes).dataSync()[0] ?? Number.NaN;
        });
      const slope = (value(1) - value(-1)) / (2 * STEP);
      const gradient = found.get(name) ?? new Float32Array();
      const along = gradient.reduce((sum, g, index) => sum + g * (direction[index] ?? 0), 0);
      expectClose([along], [slope], TOLERANCE, name);
    }
  });

  it('are finite when a region has no features and encodes to zero', () => {
    const bias = parameters.get('image_encoder.fc.bias');
    const kept = bias?.data.slice() ?? new Float32Array();
    bias?.data.fill(0);
    const empty = features.slice().fill(0, 0, config.imageFeatureSize);
    for (const [name, gradient] of gradients(empty)) {
      expect(gradient.every(Number.isFinite), name).toBe(true);
    }
    bias?.data.set(kept);
  });
});
