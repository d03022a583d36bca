import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../test/support/close.ts';
import { plainImageNodes, plainWordNodes } from '../../test/support/plain-gsmn.ts';
import { randomNumbers, seededRandom } from '../../test/support/random.ts';
import { randomParameters, smallConfig } from '../../test/support/random-model.ts';
import { loadTfjsBackend } from '../platform/tfjs/index.ts';
import type { ModelConfig } from '../schema/index.ts';
import { createTfjsEncoder } from './index.ts';

const SEED = 20260402;

/** float32 compared with float64, through up to 70 recurrent steps. */
const TOLERANCE = { absolute: 5e-6, relative: 5e-6 };

beforeAll(async () => {
  await loadTfjsBackend('wasm');
});

const VARIANTS: [string, Partial<ModelConfig>][] = [
  ['two directions', {}],
  ['one direction', { bidirectional: false }],
  ['two layers of two directions', { layers: 2 }],
  ['three layers of one direction', { layers: 3, bidirectional: false }],
  ['no norms', { normalizeImages: false, normalizeCaptions: false }],
];

describe.each(VARIANTS)(`encoding on wasm, %s (seed ${SEED})`, (_, changes) => {
  const config = smallConfig(changes);
  const random = seededRandom(SEED);
  const parameters = randomParameters(random, config);
  const caption = (length: number) =>
    Array.from({ length }, () => Math.floor(random() * config.vocabularySize));

  it('returns the nodes of regions, including a zero feature vector', async () => {
    const encoder = createTfjsEncoder('wasm', config, parameters);
    const features = randomNumbers(random, 2 * 3 * config.imageFeatureSize);
    features.fill(0, 0, config.imageFeatureSize);
    const nodes = await encoder.encodeImages(features, 2, 3);
    expectClose(nodes, plainImageNodes(config, parameters, features), TOLERANCE);
    await encoder.dispose();
  });

  it('returns the nodes of words, whatever else is in the batch', async () => {
    const encoder = createTfjsEncoder('wasm', config, parameters);
    const captions = [3, 9, 1, 70, 9, 5].map(caption);
    const together = await encoder.encodeCaptions(captions);
    for (const [index, ids] of captions.entries()) {
      const expected = plainWordNodes(config, parameters, ids);
      expectClose(together[index] ?? [], expected, TOLERANCE, `caption ${index}`);
      const [alone] = await encoder.encodeCaptions([ids]);
      expectClose(alone ?? [], expected, TOLERANCE, `caption ${index} alone`);
    }
    await encoder.dispose();
  });
});

describe('an encoder', () => {
  const config = smallConfig();
  const parameters = randomParameters(seededRandom(SEED), config);

  it('keeps the order of more captions and regions than fit in one batch', async () => {
    const encoder = createTfjsEncoder('wasm', config, parameters);
    const captions = Array.from({ length: 300 }, (_, index) =>
      Array.from({ length: 3 + (index % 7) }, (_, word) => (index + word) % config.vocabularySize),
    );
    const nodes = await encoder.encodeCaptions(captions);
    for (const index of [0, 1, 150, 299]) {
      const expected = plainWordNodes(config, parameters, captions[index] ?? []);
      expectClose(nodes[index] ?? [], expected, TOLERANCE, `caption ${index}`);
    }
    const features = randomNumbers(seededRandom(SEED), 4100 * config.imageFeatureSize);
    const regions = await encoder.encodeImages(features, 4100, 1);
    expectClose(regions, plainImageNodes(config, parameters, features), TOLERANCE);
    await encoder.dispose();
  });

  it('leaks no tensor', async () => {
    const before = tf.memory().numTensors;
    const encoder = createTfjsEncoder('wasm', config, parameters);
    const own = tf.memory().numTensors;
    await encoder.encodeCaptions([
      [1, 2, 3],
      [4, 5],
    ]);
    await encoder.encodeImages(new Float32Array(config.imageFeatureSize), 1, 1);
    expect(await encoder.encodeCaptions([])).toEqual([]);
    expect(tf.memory().numTensors).toBe(own);
    await encoder.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses words and features of another model', async () => {
    const encoder = createTfjsEncoder('wasm', config, parameters);
    await expect(encoder.encodeCaptions([[1, 11]])).rejects.toMatchObject({ code: 'argument_invalid' });
    await expect(encoder.encodeCaptions([[1], []])).rejects.toMatchObject({ code: 'argument_invalid' });
    await expect(encoder.encodeImages(new Float32Array(8), 1, 1)).rejects.toMatchObject({
      code: 'shape_mismatch',
    });
    await encoder.dispose();
  });
});
