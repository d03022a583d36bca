import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../test/support/close.ts';
import { randomBoxes, randomNumbers, seededRandom } from '../../test/support/random.ts';
import { randomParameters, smallConfig } from '../../test/support/random-model.ts';
import { loadTfjsBackend } from '../platform/tfjs/index.ts';
import { captionBatch } from './caption-batch.ts';
import { imageBatch, imageLayout } from './image-batch.ts';
import { uploadParameters } from './network-tensors.ts';
import { matchByContexts, matchByProducts } from './node-matching.ts';

const SEED = 20260711;

describe(`both ways to match nodes (seed ${SEED})`, () => {
  beforeAll(() => loadTfjsBackend('wasm'));

  it.each([
    [1, 1, 1, [1]],
    [3, 5, 4, [6, 3, 1, 2]],
    [2, 9, 3, [2, 2, 7]],
  ])(
    'give the same numbers for %i images of %i regions and %i captions',
    (images, regions, captions, lengths) => {
      const config = smallConfig({ softmaxTemperature: 20 });
      const random = seededRandom(SEED);
      const longest = Math.max(...lengths);
      tf.tidy(() => {
        const network = uploadParameters(randomParameters(random, config));
        const numbers = (count: number) => randomNumbers(random, count);
        const nodes = numbers(images * regions * config.jointSize);
        // A node of zeros has no direction in any block.
        nodes.fill(0, 0, config.jointSize);
        const words = numbers(captions * longest * config.jointSize);
        for (const [caption, length] of lengths.entries()) {
          words.fill(
            0,
            (caption * longest + length) * config.jointSize,
            (caption + 1) * longest * config.jointSize,
          );
        }
        const boxes = Array.from({ length: images }, () => randomBoxes(random, regions));
        const image = imageBatch(
          tf.tensor3d(nodes, [images, regions, config.jointSize]),
          imageLayout(network, boxes, config),
          config.blocks,
        );
        const caption = captionBatch(
          tf.tensor3d(words, [captions, longest, config.jointSize]),
          lengths,
          [],
          config,
        );
        const [contexts, products] = [
          matchByContexts(image, caption, config),
          matchByProducts(image, caption, config),
        ];
        for (const name of ['wordAttention', 'regionAttention', 'words', 'regions'] as const) {
          expect(contexts[name].shape).toEqual(products[name].shape);
          expectClose(
            contexts[name].dataSync(),
            products[name].dataSync(),
            { absolute: 2e-5, relative: 0 },
            name,
          );
        }
      });
      expect(tf.memory().numTensors).toBe(0);
    },
  );
});
