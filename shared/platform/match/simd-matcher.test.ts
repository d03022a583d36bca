import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../test/support/close.ts';
import { randomBoxes, randomNumbers, seededRandom } from '../../../test/support/random.ts';
import { randomParameters, smallConfig } from '../../../test/support/random-model.ts';
import type { LaidOutImage } from '../../match/graphs/image-layout.ts';
import { createSimdMatcher } from '../../match/simd/index.ts';
import { parameter } from '../../model/index.ts';
import { imageGates, imageKernelWeights } from '../../vision/index.ts';
import { type NodeKernelOptions, nodeKernelRuntime } from './index.ts';

const SEED = 20261127;
const TIGHT = { absolute: 1e-6, relative: 1e-6 };

async function setUp(options: NodeKernelOptions = { threads: 1 }, changes = {}, images = 3, captions = 4) {
  const config = smallConfig(changes);
  const random = seededRandom(SEED);
  const parameters = randomParameters(random, config);
  return {
    config,
    random,
    parameters,
    matcher: createSimdMatcher(config, parameters, await nodeKernelRuntime(options)),
    images: Array.from({ length: images }, () => ({
      nodes: randomNumbers(random, 6 * config.jointSize),
      boxes: randomBoxes(random, 6),
    })),
    captions: Array.from({ length: captions }, () => ({
      words: randomNumbers(random, 5 * config.jointSize),
    })),
  };
}

describe(`the simd matcher (seed ${SEED})`, () => {
  it.each([1, 2])('frees all its memory, also after failures, with %i threads', async (threads) => {
    const { matcher, images, captions } = await setUp({ threads, singleThreadedBelow: 0 });
    const own = matcher.usedBytes;
    const prepared = await matcher.prepareImages(images);
    const held = matcher.usedBytes;
    expect(held - own).toBeGreaterThanOrEqual(prepared.bytes);
    await matcher.score(prepared, captions);
    const [caption = { words: new Float32Array() }] = captions;
    await matcher.evidenceOf(prepared, [1, 0], caption);
    await matcher.scoreLists(prepared, [{ caption, indices: [2, 0] }]);
    await expect(matcher.score(prepared, captions, [3])).rejects.toMatchObject({ code: 'argument_invalid' });
    await expect(matcher.score(prepared, [{ words: new Float32Array(5) }])).rejects.toThrow();
    const wrong: LaidOutImage = { nodes: new Float32Array(12), layout: new Float32Array(2) };
    await expect(matcher.prepareLaidOut([wrong])).rejects.toMatchObject({ code: 'shape_mismatch' });
    const signal = AbortSignal.abort();
    await expect(matcher.score(prepared, captions, undefined, { signal })).rejects.toThrow();
    expect(matcher.usedBytes).toBe(held);
    prepared.dispose();
    expect(matcher.usedBytes).toBe(own);
    await matcher.dispose();
  });

  it.each(['self', 'neighbours'] as const)(
    'accepts edge weights that were computed elsewhere, %s',
    async (propagation) => {
      const { config, matcher, parameters, images, captions } = await setUp({ threads: 1 }, { propagation });
      const read = (name: string) => parameter(parameters, `image_graph.graph_convolution_1.${name}`).data;
      const kernels = {
        meanRho: read('mean_rho'),
        meanTheta: read('mean_theta'),
        sigmaRho: read('precision_rho'),
        sigmaTheta: read('precision_theta'),
      };
      const K = config.kernels;
      const layouts = images.map(({ nodes, boxes }): LaidOutImage => {
        if (propagation === 'self') return { nodes, layout: imageGates(boxes, kernels) };
        const weights = imageKernelWeights(boxes, kernels);
        const edges = weights.length / K;
        const byKernel = weights.map(
          (__, at) => weights[(at % edges) * K + Math.floor(at / edges)] as number,
        );
        return { nodes, layout: byKernel };
      });
      const own = await matcher.prepareImages(images);
      const given = await matcher.prepareLaidOut(layouts);
      const [expected, found] = [await matcher.score(own, captions), await matcher.score(given, captions)];
      expectClose(found.imageToText, expected.imageToText, TIGHT);
      expectClose(found.textToImage, expected.textToImage, TIGHT);
      await matcher.dispose();
    },
  );

  it('replaces its parameters, but not while it scores', async () => {
    const { config, matcher, random, images, captions } = await setUp();
    const others = randomParameters(random, config);
    const fresh = createSimdMatcher(config, others, await nodeKernelRuntime({ threads: 1 }));
    const scoring = matcher.score(await matcher.prepareImages(images), captions);
    expect(() => matcher.replaceParameters(others)).toThrow(expect.objectContaining({ code: 'conflict' }));
    const before = await scoring;
    const used = matcher.usedBytes;
    matcher.replaceParameters(others);
    expect(matcher.usedBytes).toBe(used);
    const after = await matcher.score(await matcher.prepareImages(images), captions);
    const expected = await fresh.score(await fresh.prepareImages(images), captions);
    expectClose(after.imageToText, expected.imageToText, TIGHT);
    expectClose(after.textToImage, expected.textToImage, TIGHT);
    expect([...after.textToImage]).not.toEqual([...before.textToImage]);
    expect(() => matcher.replaceParameters(new Map())).toThrow(
      expect.objectContaining({ code: 'shape_mismatch' }),
    );
    await matcher.dispose();
    await fresh.dispose();
  });

  it.each([1, 2])('stops before the end when cancelled, with %i threads', async (threads) => {
    const sizes = { jointSize: 256, blocks: 16 };
    const { matcher, images, captions } = await setUp({ threads }, sizes, 400, 400);
    const prepared = await matcher.prepareImages(images);
    const controller = new AbortController();
    let reported = 0;
    const scoring = matcher.score(prepared, captions, undefined, {
      signal: controller.signal,
      onProgress: (done) => {
        reported = done;
        if (done > 0) controller.abort();
      },
    });
    await expect(scoring).rejects.toMatchObject({ code: 'cancelled' });
    expect(reported).toBeGreaterThan(0);
    expect(reported).toBeLessThan(400 * 400);
    await matcher.score(prepared, captions.slice(0, 1));
    await matcher.dispose();
  });

  it('refuses more regions and words than the kernel supports', async () => {
    const { config, matcher, random } = await setUp();
    const large = {
      nodes: randomNumbers(random, 129 * config.jointSize),
      boxes: randomBoxes(random, 129),
    };
    await expect(matcher.prepareImages([large])).rejects.toMatchObject({ code: 'shape_mismatch' });
    const long = { words: randomNumbers(random, 65 * config.jointSize) };
    const prepared = await matcher.prepareImages([]);
    await expect(matcher.score(prepared, [long])).rejects.toMatchObject({ code: 'shape_mismatch' });
    await matcher.dispose();
  });

  it('ends running work when disposed of, and refuses more', async () => {
    const sizes = { jointSize: 256, blocks: 16 };
    const { matcher, images, captions } = await setUp({ threads: 2 }, sizes, 400, 400);
    const prepared = await matcher.prepareImages(images);
    const ended = expect(matcher.score(prepared, captions)).rejects.toMatchObject({ code: 'cancelled' });
    await matcher.dispose();
    await ended;
    await expect(matcher.score(prepared, captions)).rejects.toMatchObject({ code: 'argument_invalid' });
    await expect(matcher.prepareImages(images)).rejects.toMatchObject({ code: 'argument_invalid' });
    await matcher.dispose();
  });
});
