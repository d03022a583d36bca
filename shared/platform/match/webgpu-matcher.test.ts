import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../test/support/close.ts';
import { randomBoxes, randomNumbers, seededRandom } from '../../../test/support/random.ts';
import { randomParameters, smallConfig } from '../../../test/support/random-model.ts';
import { createSimdMatcher } from '../../match/simd/index.ts';
import {
  createWebgpuMatcher,
  type MatchDevice,
  type WebgpuMatcherOptions,
} from '../../match/webgpu/index.ts';
import type { CaptionGraph, ImageGraph, PairScores } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import { nodeKernelRuntime } from './index.ts';
import { nodeMatchDevice } from './webgpu-device.ts';

const SEED = 20261201;

/** The same numbers in another order of sums. */
const CLOSE = { absolute: 2e-5, relative: 2e-5 };

interface SetUp extends WebgpuMatcherOptions {
  readonly changes?: Partial<ModelConfig>;
  readonly images?: number;
  readonly captions?: number;
  /** Bytes of a buffer of images. */
  readonly bindingBytes?: number;
}

async function setUp({ changes, images = 3, captions = 2, bindingBytes, ...options }: SetUp = {}) {
  const random = seededRandom(SEED);
  const config = smallConfig(changes);
  const parameters = randomParameters(random, config);
  const opened = await nodeMatchDevice();
  const device: MatchDevice = bindingBytes === undefined ? opened : { ...opened, bindingBytes };
  const matcher = await createWebgpuMatcher(config, parameters, device, options);
  const image = (): ImageGraph => ({
    nodes: randomNumbers(random, 4 * config.jointSize),
    boxes: randomBoxes(random, 4),
  });
  const caption = (): CaptionGraph => ({ words: randomNumbers(random, 5 * config.jointSize) });
  return {
    config,
    parameters,
    device,
    matcher,
    random,
    images: Array.from({ length: images }, image),
    captions: Array.from({ length: captions }, caption),
  };
}

/** The order that `best` must find in the scores of the first caption. */
function ranked({ captions, imageToText, textToImage }: PairScores): number[] {
  const sums = Array.from({ length: imageToText.length / captions }, (_, image) =>
    Math.fround((imageToText[image * captions] as number) + (textToImage[image * captions] as number)),
  );
  return sums.map((_, index) => index).sort((a, b) => (sums[b] as number) - (sums[a] as number) || a - b);
}

describe(`the webgpu matcher (seed ${SEED})`, () => {
  it('frees all its memory, also after failures', async () => {
    const { matcher, images, captions } = await setUp();
    const prepared = await matcher.prepareImages(images);
    // Scratch is kept for the largest request.
    await matcher.score(prepared, captions);
    const held = matcher.usedBytes;
    expect(held).toBeGreaterThan(prepared.bytes);
    await matcher.score(prepared, captions, [2, 0]);
    await matcher.evidenceOf(prepared, [1, 0], captions[0] as CaptionGraph);
    await matcher.scoreLists(prepared, [{ caption: captions[0] as CaptionGraph, indices: [2, 0] }]);
    await matcher.best(prepared, captions[0] as CaptionGraph, 2);
    await expect(matcher.score(prepared, captions, [0, 3])).rejects.toMatchObject({
      code: 'argument_invalid',
    });
    await expect(matcher.score(prepared, [{ words: new Float32Array(5) }])).rejects.toThrow();
    const signal = AbortSignal.abort();
    await expect(matcher.score(prepared, captions, undefined, { signal })).rejects.toThrow();
    expect(matcher.usedBytes).toBe(held);
    prepared.dispose();
    expect(matcher.usedBytes).toBe(held - prepared.bytes);
    await matcher.dispose();
    expect(matcher.usedBytes).toBe(0);
  });

  it.each(['self', 'neighbours'] as const)(
    'scores images in many buffers like those in one, %s',
    async (propagation) => {
      const { config, parameters, matcher, images, captions } = await setUp({
        changes: { propagation },
        images: 9,
        bindingBytes: 2000,
      });
      const simd = createSimdMatcher(config, parameters, await nodeKernelRuntime({ threads: 1 }));
      const prepared = await matcher.prepareImages(images);
      const other = await simd.prepareImages(images);
      for (const indices of [undefined, [8, 1, 1, 5, 0]]) {
        const found = await matcher.score(prepared, captions, indices);
        const expected = await simd.score(other, captions, indices);
        expectClose(found.imageToText, expected.imageToText, CLOSE);
        expectClose(found.textToImage, expected.textToImage, CLOSE);
      }
      const best = await matcher.best(prepared, captions[0] as CaptionGraph, 9);
      expect(best.map(({ index }) => index)).toEqual(ranked(await matcher.score(prepared, captions)));
      await matcher.dispose();
      await simd.dispose();
    },
  );

  it('finds the best of all images, the lower index first among equal scores', async () => {
    const { matcher, images, captions } = await setUp({ images: 40, captions: 1 });
    // Every image occurs several times, so that the last wanted one is among several equal ones.
    const many = Array.from({ length: 1200 }, (_, index) => images[(index * 7) % 40] as ImageGraph);
    const prepared = await matcher.prepareImages(many);
    const scores = await matcher.score(prepared, captions);
    const order = ranked(scores);
    for (const count of [1, 29, 45, 1000]) {
      const best = await matcher.best(prepared, captions[0] as CaptionGraph, count);
      expect(best.map(({ index }) => index)).toEqual(order.slice(0, count));
      for (const { index, imageToText, textToImage } of best) {
        expect([imageToText, textToImage]).toEqual([scores.imageToText[index], scores.textToImage[index]]);
      }
    }
    await matcher.dispose();
  });

  it('finds all images if more are requested than exist, and none among none', async () => {
    const { matcher, images, captions } = await setUp();
    const caption = captions[0] as CaptionGraph;
    const prepared = await matcher.prepareImages(images);
    const reports: [number, number][] = [];
    const onProgress = (done: number, total: number) => reports.push([done, total]);
    expect(await matcher.best(prepared, caption, 10, { onProgress })).toHaveLength(3);
    expect(reports.at(-1)).toEqual([3, 3]);
    expect(await matcher.best(await matcher.prepareImages([]), caption, 10)).toEqual([]);
    for (const count of [0, 1001, 1.5]) {
      await expect(matcher.best(prepared, caption, count)).rejects.toMatchObject({
        code: 'argument_invalid',
      });
    }
    const signal = AbortSignal.abort();
    await expect(matcher.best(prepared, caption, 1, { signal })).rejects.toMatchObject({ code: 'cancelled' });
    await matcher.dispose();
  });

  it('stores nodes as float16 in less memory, close to float32', async () => {
    const sizes = { jointSize: 64, blocks: 4 };
    const [half, whole] = await Promise.all([
      setUp({ precision: 'f16', changes: sizes }),
      setUp({ changes: sizes }),
    ]);
    const [found, expected] = await Promise.all(
      [half, whole].map(async ({ matcher, images, captions }) => {
        const prepared = await matcher.prepareImages(images);
        const scores = await matcher.score(prepared, captions);
        return { bytes: prepared.bytes, scores: [...scores.imageToText, ...scores.textToImage] };
      }),
    );
    expectClose(found?.scores ?? [], expected?.scores ?? [], { absolute: 5e-3, relative: 0 });
    expect(found?.scores).not.toEqual(expected?.scores);
    expect(found?.bytes).toBeLessThan(0.75 * (expected?.bytes ?? 0));
    const large = { nodes: new Float32Array(64).fill(7e4), boxes: new Float32Array(4) };
    await expect(half.matcher.prepareImages([large])).rejects.toMatchObject({ code: 'argument_invalid' });
    await half.matcher.dispose();
    await whole.matcher.dispose();
  });

  it('compares float16 images exactly as images of their rounded nodes', async () => {
    const { config, parameters, matcher, images, captions } = await setUp({ precision: 'f16' });
    const simd = createSimdMatcher(config, parameters, await nodeKernelRuntime({ threads: 1 }));
    // Multiples of 1/1024 up to 2 are numbers of float16.
    const rounded = images.map(({ nodes, boxes }) => ({
      nodes: nodes.map((value) => Math.round(1024 * value) / 1024),
      boxes,
    }));
    const found = await matcher.score(await matcher.prepareImages(rounded), captions);
    const expected = await simd.score(await simd.prepareImages(rounded), captions);
    expectClose(found.imageToText, expected.imageToText, CLOSE);
    expectClose(found.textToImage, expected.textToImage, CLOSE);
    await matcher.dispose();
    await simd.dispose();
  });

  it('stops before the end when cancelled', async () => {
    const { matcher, images, captions } = await setUp({
      changes: { jointSize: 256, blocks: 16 },
      images: 300,
      captions: 200,
    });
    const prepared = await matcher.prepareImages(images);
    const controller = new AbortController();
    let reported = 0;
    const scoring = matcher.score(prepared, captions, undefined, {
      signal: controller.signal,
      onProgress: (done) => {
        reported = done;
        controller.abort();
      },
    });
    await expect(scoring).rejects.toMatchObject({ code: 'cancelled' });
    expect(reported).toBeGreaterThan(0);
    expect(reported).toBeLessThan(300 * 200);
    expect((await matcher.score(prepared, captions.slice(0, 1), [7])).images).toBe(1);
    await matcher.dispose();
  });

  it('ends running work when disposed of, and refuses more', async () => {
    const { matcher, images, captions } = await setUp({ images: 200, captions: 100 });
    const prepared = await matcher.prepareImages(images);
    const ended = expect(matcher.score(prepared, captions)).rejects.toMatchObject({ code: 'cancelled' });
    await matcher.dispose();
    await ended;
    await expect(matcher.score(prepared, captions)).rejects.toMatchObject({ code: 'argument_invalid' });
    await expect(matcher.prepareImages(images)).rejects.toMatchObject({ code: 'argument_invalid' });
  });

  it('reports that its device is lost', async () => {
    const { matcher, device, images, captions } = await setUp({ images: 100, captions: 50 });
    const prepared = await matcher.prepareImages(images);
    const ended = expect(matcher.score(prepared, captions)).rejects.toMatchObject({
      code: 'backend_unavailable',
    });
    device.destroy();
    await ended;
    await expect(matcher.score(prepared, captions)).rejects.toMatchObject({ code: 'backend_unavailable' });
    await matcher.dispose();
  });

  it('refuses more regions and words than it supports', async () => {
    const { config, matcher, random } = await setUp();
    const large = { nodes: randomNumbers(random, 129 * config.jointSize), boxes: randomBoxes(random, 129) };
    await expect(matcher.prepareImages([large])).rejects.toMatchObject({ code: 'shape_mismatch' });
    const long = { words: randomNumbers(random, 65 * config.jointSize) };
    const prepared = await matcher.prepareImages([]);
    await expect(matcher.score(prepared, [long])).rejects.toMatchObject({ code: 'shape_mismatch' });
    await matcher.dispose();
  });
});
