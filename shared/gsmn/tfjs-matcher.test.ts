import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../test/support/close.ts';
import { randomBoxes, randomNumbers, seededRandom } from '../../test/support/random.ts';
import { randomParameters, smallConfig } from '../../test/support/random-model.ts';
import { plainPair } from '../match/reference/index.ts';
import type { CaptionGraph, Dependencies, ImageGraph } from '../model/index.ts';
import { loadTfjsBackend } from '../platform/tfjs/index.ts';
import type { ModelConfig } from '../schema/index.ts';
import { createTfjsMatcher } from './index.ts';

const SEED = 20260401;

/** float32 compared with float64, through two softmaxes of temperature 9 and two layers. */
const TOLERANCE = { absolute: 2e-5, relative: 2e-5 };

beforeAll(async () => {
  await loadTfjsBackend('wasm');
});

function nodes(random: () => number, count: number, { jointSize }: ModelConfig): Float32Array {
  const values = randomNumbers(random, count * jointSize);
  for (let row = 0; row < count; row++) {
    const node = values.subarray(row * jointSize, (row + 1) * jointSize);
    const length = Math.hypot(...node);
    for (const [index, value] of node.entries()) node[index] = value / length;
  }
  return values;
}

function image(random: () => number, regions: number, config: ModelConfig): ImageGraph {
  return { nodes: nodes(random, regions, config), boxes: randomBoxes(random, regions) };
}

function caption(
  random: () => number,
  length: number,
  config: ModelConfig,
  dependencies?: Dependencies,
): CaptionGraph {
  return { words: nodes(random, length, config), dependencies };
}

async function expectPlain(config: ModelConfig, images: ImageGraph[], captions: CaptionGraph[]) {
  const parameters = randomParameters(seededRandom(SEED), config);
  const matcher = createTfjsMatcher('wasm', config, parameters);
  const prepared = await matcher.prepareImages(images);
  const scores = await matcher.score(prepared, captions);
  const pairs = images.map((one) => captions.map((other) => plainPair(config, parameters, one, other)));
  const all = pairs.flat();
  expectClose(
    scores.imageToText,
    all.map((pair) => pair.imageToText),
    TOLERANCE,
    'i2t',
  );
  expectClose(
    scores.textToImage,
    all.map((pair) => pair.textToImage),
    TOLERANCE,
    't2i',
  );
  for (const [i, row] of pairs.entries()) {
    const [expected, other] = [row.at(-1), captions.at(-1)];
    if (expected === undefined || other === undefined) continue;
    const [evidence] = await matcher.evidenceOf(prepared, [i], other);
    if (evidence === undefined) throw new Error(`no evidence of image ${i}`);
    expectClose([evidence.imageToText], [expected.imageToText], TOLERANCE, 'evidence i2t');
    expectClose([evidence.textToImage], [expected.textToImage], TOLERANCE, 'evidence t2i');
    for (const part of ['wordAttention', 'regionAttention', 'wordScores', 'regionScores'] as const) {
      expectClose(evidence[part], expected[part], TOLERANCE, part);
    }
  }
  prepared.dispose();
  await matcher.dispose();
}

const VARIANTS: [string, Partial<ModelConfig>][] = [
  ['self, dense', {}],
  ['self, sparse', { sparse: true }],
  ['neighbours, dense', { propagation: 'neighbours' }],
  ['neighbours, sparse', { propagation: 'neighbours', sparse: true }],
  ['neighbours, sparse, λ = 40', { propagation: 'neighbours', sparse: true, softmaxTemperature: 40 }],
];

describe.each(VARIANTS)(`matching on wasm, %s (seed ${SEED})`, (_, changes) => {
  const config = smallConfig(changes);
  const random = seededRandom(SEED + 1);

  it('agrees with the plain computation for one image and one caption', () =>
    expectPlain(config, [image(random, 5, config)], [caption(random, 3, config, [[0, 1]])]));

  it('agrees for captions of many lengths, with dependencies that point past the end', () =>
    expectPlain(
      config,
      [image(random, 6, config), image(random, 6, config)],
      [
        caption(random, 3, config),
        caption(random, 7, config, [
          [0, 2],
          [2, 1],
          [2, 5],
          [9, 3],
          [5, 7],
          [4, 6],
        ]),
        caption(random, 64, config, [
          [0, 2],
          [2, 63],
          [63, 5],
          [64, 3],
        ]),
        caption(random, 1, config, []),
      ],
    ));

  it('agrees for images of one region and of different numbers of regions', () =>
    expectPlain(
      config,
      [
        image(random, 1, config),
        image(random, 6, config),
        image(random, 1, config),
        image(random, 50, config),
      ],
      [
        caption(random, 4, config),
        caption(random, 5, config, [
          [0, 1],
          [1, 3],
        ]),
      ],
    ));

  it('agrees for identical boxes and zero vectors', async () => {
    const same = image(random, 4, config);
    same.boxes.set(same.boxes.slice(0, 4), 4);
    const zero = image(random, 4, config);
    zero.nodes.fill(0, 0, 2 * config.jointSize);
    const empty = image(random, 4, config);
    empty.nodes.fill(0);
    const silent = caption(random, 5, config, [
      [0, 1],
      [1, 2],
    ]);
    silent.words.fill(0, config.jointSize, 2 * config.jointSize);
    await expectPlain(config, [same, zero, empty], [caption(random, 4, config), silent]);
  });
});

describe('a matcher', () => {
  const config = smallConfig();
  const parameters = randomParameters(seededRandom(SEED), config);
  const random = seededRandom(SEED + 2);
  const images = [4, 2, 4, 3].map((regions) => image(random, regions, config));
  const captions = [5, 3].map((length) => caption(random, length, config));

  it('scores a selection in its order, repetitions included', async () => {
    const matcher = createTfjsMatcher('wasm', config, parameters);
    const prepared = await matcher.prepareImages(images);
    const whole = await matcher.score(prepared, captions);
    const indices = [3, 0, 3, 2];
    const some = await matcher.score(prepared, captions, Int32Array.from(indices));
    expect([some.images, some.captions]).toEqual([4, 2]);
    for (const part of ['imageToText', 'textToImage'] as const) {
      expectClose(
        some[part],
        indices.flatMap((index) => [...whole[part].subarray(2 * index, 2 * index + 2)]),
        { absolute: 1e-6, relative: 0 },
      );
    }
    expect((await matcher.score(prepared, captions, [])).imageToText).toHaveLength(0);
    expect((await matcher.score(prepared, [])).imageToText).toHaveLength(0);
    prepared.dispose();
    await matcher.dispose();
  });

  it('leaks no tensor, not even after an error', async () => {
    const before = tf.memory().numTensors;
    const matcher = createTfjsMatcher('wasm', config, parameters);
    const own = tf.memory().numTensors;
    const prepared = await matcher.prepareImages(images);
    expect(prepared.count).toBe(4);
    expect(tf.memory().numTensors).toBe(own + 3 * 4);
    expect(prepared.bytes).toBe(4 * 13 * (12 + 3) + 4 * 4 * (16 + 4 + 16 + 9));
    await matcher.score(prepared, captions);
    await matcher.evidenceOf(prepared, [1], captions[0] as CaptionGraph);
    await expect(matcher.score(prepared, captions, [4])).rejects.toMatchObject({ code: 'argument_invalid' });
    await expect(matcher.score(prepared, [{ words: new Float32Array(5) }])).rejects.toMatchObject({
      code: 'shape_mismatch',
    });
    const broken = { nodes: new Float32Array(24), boxes: new Float32Array(4) };
    await expect(matcher.prepareImages([...images, broken])).rejects.toMatchObject({
      code: 'shape_mismatch',
    });
    const signal = AbortSignal.abort();
    await expect(matcher.score(prepared, captions, undefined, { signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(tf.memory().numTensors).toBe(own + 3 * 4);
    prepared.dispose();
    expect(tf.memory().numTensors).toBe(own);
    await expect(matcher.score(prepared, captions)).rejects.toMatchObject({ code: 'argument_invalid' });
    await matcher.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('reports progress in pairs', async () => {
    const matcher = createTfjsMatcher('wasm', config, parameters);
    const prepared = await matcher.prepareImages(images);
    const reports: [number, number][] = [];
    await matcher.score(prepared, captions, undefined, {
      onProgress: (done, total) => reports.push([done, total]),
    });
    expect(reports.at(-1)).toEqual([8, 8]);
    prepared.dispose();
    await matcher.dispose();
  });

  it('refuses a backend that is not loaded and parameters of another model', () => {
    expect(() => createTfjsMatcher('webgpu', config, parameters)).toThrow(
      expect.objectContaining({ code: 'backend_unavailable' }),
    );
    expect(() => createTfjsMatcher('wasm', smallConfig({ blocks: 6 }), parameters)).toThrow(
      expect.objectContaining({ code: 'shape_mismatch' }),
    );
  });
});
