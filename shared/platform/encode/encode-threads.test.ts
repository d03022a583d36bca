import { beforeAll, describe, expect, it } from 'vitest';
import { calmParameters } from '../../../test/support/calm-parameters.ts';
import { expectClose } from '../../../test/support/close.ts';
import { randomNumbers, seededRandom } from '../../../test/support/random.ts';
import { smallConfig } from '../../../test/support/random-model.ts';
import { createTfjsEncoder } from '../../gsmn/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import { loadTfjsBackend } from '../tfjs/index.ts';
import { createThreadedEncoder } from './index.ts';

const SEED = 20261128;
/** float32 in another order of sums. */
const TOLERANCE = { absolute: 2e-6, relative: 2e-6 };

const VARIANTS: [string, Partial<ModelConfig>][] = [
  ['as it is', {}],
  ['no norms', { normalizeImages: false, normalizeCaptions: false }],
  ['D 5, F 3', { jointSize: 5, blocks: 5, imageFeatureSize: 3 }],
  ['D 150, F 70', { jointSize: 150, blocks: 3, imageFeatureSize: 70 }],
];

beforeAll(async () => {
  await loadTfjsBackend('wasm');
});

describe(`encoders on threads (seed ${SEED})`, () => {
  it.each(VARIANTS)(
    'return the nodes of TF.js, and the same bits with and without threads: %s',
    async (_, changes) => {
      const config = smallConfig(changes);
      const random = seededRandom(SEED);
      const parameters = calmParameters(random, config);
      const encoders = {
        expected: createTfjsEncoder('wasm', config, parameters),
        plain: await createThreadedEncoder(config, parameters, { threads: 2, aloneBelow: 0, relaxed: false }),
        alone: await createThreadedEncoder(config, parameters),
        three: await createThreadedEncoder(config, parameters, { threads: 3, aloneBelow: 0 }),
      };
      for (const [images, regions] of [
        [1, 1],
        [2, 36],
        [7, 41],
      ] as const) {
        const features = randomNumbers(random, images * regions * config.imageFeatureSize);
        const given = features.slice();
        const [expected, plain, alone, three] = await Promise.all(
          Object.values(encoders).map((encoder) => encoder.encodeImages(features, images, regions)),
        );
        expectClose(alone ?? [], expected ?? [], TOLERANCE, `${images} images`);
        expectClose(plain ?? [], expected ?? [], TOLERANCE, `${images} images, plain instructions`);
        expect(three).toEqual(alone);
        expect(features).toEqual(given);
      }
      const captions = [3, 9, 1, 9, 5].map((length) =>
        Array.from({ length }, () => Math.floor(random() * config.vocabularySize)),
      );
      const words = await encoders.three.encodeCaptions(captions);
      expect(words).toEqual(await encoders.alone.encodeCaptions(captions));
      for (const [index, nodes] of (await encoders.expected.encodeCaptions(captions)).entries()) {
        expectClose(words[index] ?? [], nodes, TOLERANCE, `caption ${index}`);
      }
      expect(await encoders.three.encodeCaptions([])).toEqual([]);
      await Promise.all(Object.values(encoders).map((encoder) => encoder.dispose()));
    },
  );

  it('refuse features of another shape, unknown words, and work after their end', async () => {
    const config = smallConfig();
    const encoder = await createThreadedEncoder(config, calmParameters(seededRandom(SEED), config), {
      threads: 1,
      aloneBelow: 0,
    });
    await expect(encoder.encodeImages(new Float32Array(5), 1, 2)).rejects.toMatchObject({
      code: 'shape_mismatch',
    });
    await expect(encoder.encodeCaptions([[config.vocabularySize]])).rejects.toMatchObject({
      code: expect.any(String),
    });
    const ended = expect(encoder.encodeCaptions([[1, 2, 3]])).rejects.toMatchObject({ code: 'cancelled' });
    await encoder.dispose();
    await ended;
    await expect(encoder.encodeCaptions([[1]])).rejects.toMatchObject({ code: 'argument_invalid' });
  });
});
