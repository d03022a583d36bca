import { afterEach, expect, it, vi } from 'vitest';
import { randomBoxes, randomNumbers, seededRandom } from '../../../test/support/random.ts';
import { randomParameters, smallConfig } from '../../../test/support/random-model.ts';
import { createSimdMatcher } from '../../match/simd/index.ts';
import { nodeKernelRuntime } from './index.ts';

const SEED = 20261207;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Scores of 200 images with 30 captions on one thread. */
async function scores(): Promise<Float32Array> {
  const random = seededRandom(SEED);
  const config = smallConfig();
  const runtime = await nodeKernelRuntime({ sharedMemory: false });
  const matcher = createSimdMatcher(config, randomParameters(random, config), runtime);
  const prepared = await matcher.prepareImages(
    Array.from({ length: 200 }, () => ({
      nodes: randomNumbers(random, 6 * config.jointSize),
      boxes: randomBoxes(random, 6),
    })),
  );
  const captions = Array.from({ length: 30 }, () => ({ words: randomNumbers(random, 9 * config.jointSize) }));
  const { imageToText, textToImage } = await matcher.score(prepared, captions);
  await matcher.dispose();
  return Float32Array.from([...imageToText, ...textToImage]);
}

it(`scores while the clock stands still during computation, as in workerd (seed ${SEED})`, async () => {
  const expected = await scores();
  vi.spyOn(performance, 'now').mockReturnValue(5);
  expect(await scores()).toEqual(expected);
});
