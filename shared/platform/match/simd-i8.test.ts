import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../test/support/close.ts';
import { randomBoxes, randomNumbers, seededRandom } from '../../../test/support/random.ts';
import { randomParameters, smallConfig } from '../../../test/support/random-model.ts';
import { createMemory, createSimdMatcher, instantiateKernel } from '../../match/simd/index.ts';
import type { CaptionGraph, ImageGraph, PairScores } from '../../model/index.ts';
import type { MatchPrecision, ModelConfig } from '../../schema/index.ts';
import { type NodeKernelOptions, nodeKernelRuntime } from './index.ts';

const SEED = 20261129;

/** Rows with a given length, `[count, D]`. */
function nodes(random: () => number, count: number, size: number, length = 1): Float32Array {
  const rows = randomNumbers(random, count * size);
  for (let row = 0; row < count; row++) {
    const own = rows.subarray(row * size, (row + 1) * size);
    const norm = Math.hypot(...own);
    own.set(own.map((value) => (length * value) / norm));
  }
  return rows;
}

function image(random: () => number, regions: number, { jointSize }: ModelConfig): ImageGraph {
  return { nodes: nodes(random, regions, jointSize), boxes: randomBoxes(random, regions) };
}

function caption(random: () => number, words: number, { jointSize }: ModelConfig): CaptionGraph {
  return { words: nodes(random, words, jointSize) };
}

/** Scores of all pairs by one matcher, and the bytes of its images. */
async function scoresOf(
  config: ModelConfig,
  precision: MatchPrecision,
  images: readonly ImageGraph[],
  captions: readonly CaptionGraph[],
  options: NodeKernelOptions = { threads: 1 },
): Promise<PairScores & { readonly bytes: number }> {
  const parameters = randomParameters(seededRandom(SEED), config);
  const matcher = createSimdMatcher(config, parameters, await nodeKernelRuntime(options), { precision });
  try {
    const own = matcher.usedBytes;
    const prepared = await matcher.prepareImages(images);
    const { bytes } = prepared;
    const scores = await matcher.score(prepared, captions);
    prepared.dispose();
    expect(matcher.usedBytes).toBe(own);
    return { ...scores, bytes };
  } finally {
    await matcher.dispose();
  }
}

/**
 * How far scores in i8 may be from those in float32. There is no useful bound, because a cosine with a context that almost
 * cancels magnifies every rounding. The largest difference in 1,200 pairs of twenty seeds was 0.05 (images of one region,
 * where nothing is averaged); 0.016 at D 1024.
 */
const NEAR = 0.1;
/** Root mean square of the same; measured 0.003 to 0.005. */
const NEAR_ON_AVERAGE = 0.01;

async function expectNear(
  config: ModelConfig,
  images: readonly ImageGraph[],
  captions: readonly CaptionGraph[],
): Promise<void> {
  const exact = await scoresOf(config, 'f32', images, captions);
  for (const relaxed of [true, false]) {
    const rounded = await scoresOf(config, 'i8', images, captions, { threads: 1, relaxed });
    let squares = 0;
    for (const side of ['imageToText', 'textToImage'] as const) {
      expectClose(rounded[side], exact[side], { absolute: NEAR, relative: 0 }, `${side}, relaxed ${relaxed}`);
      for (const [at, score] of rounded[side].entries())
        squares += (score - (exact[side][at] as number)) ** 2;
    }
    expect(Math.sqrt(squares / (2 * exact.imageToText.length))).toBeLessThan(NEAR_ON_AVERAGE);
  }
}

const RELEASED = { jointSize: 256, blocks: 16, kernels: 8, hiddenSize: 32, softmaxTemperature: 20 };

describe(`the simd matcher in i8 (seed ${SEED})`, () => {
  it.each([
    [2, 4, 1],
    [4, 8, 3],
    [6, 4, 7],
    [8, 12, 5],
    [14, 36, 16],
    [18, 20, 9],
  ])(
    'multiplies %i rows by %i columns over %i fours exactly, in both builds',
    async (rows, columns, groups) => {
      const random = seededRandom(SEED);
      const held = Math.max(rows, 4);
      const whole = (count: number, least: number, most: number) =>
        Int32Array.from({ length: count }, () => least + Math.floor((most - least + 1) * random()));
      const left = whole(held * 4 * groups, -127, 127);
      const right = whole(columns * 4 * groups, -63, 63);
      left.set([-127, 127, 127, 127].slice(0, left.length));
      // Tiles as in the kernel: rows in sixes and fours, columns in eights and fours.
      const tiles = (total: number, next: (rest: number) => number) => {
        const found: number[] = [];
        for (let at = 0; at < total; at += found.at(-1) ?? 0) found.push(next(total - at));
        return found;
      };
      const heights = tiles(rows, (rest) => ([2, 4, 8].includes(rest) ? 4 : 6));
      const widths = tiles(columns, (rest) => (rest === 4 ? 4 : 8));
      const pack = (values: Int32Array, sizes: readonly number[], zero: number) => {
        const bytes: number[] = [];
        let first = 0;
        for (const size of sizes) {
          for (let group = 0; group < groups; group++) {
            for (let lane = first; lane < first + size; lane++) {
              for (let part = 0; part < 4; part++)
                bytes.push((values[lane * 4 * groups + 4 * group + part] ?? 0) + zero);
            }
          }
          first += size;
        }
        return Int8Array.from(bytes);
      };
      const row = (values: Int32Array, index: number) =>
        values.subarray(index * 4 * groups, (index + 1) * 4 * groups);
      const expected = Float32Array.from({ length: rows * columns }, (_, at) => {
        const [a, b] = [row(left, Math.floor(at / columns)), row(right, at % columns)];
        return a.reduce((sum, value, k) => sum + value * (b[k] as number), 0);
      });
      for (const relaxed of [true, false]) {
        const runtime = await nodeKernelRuntime({ relaxed });
        const memory = createMemory(runtime);
        memory.grow(16);
        const kernel = instantiateKernel(runtime.module, memory);
        const [a, b, c, offsets, ones] = [4096, 65_536, 131_072, 262_144, 327_680];
        new Int8Array(memory.buffer, a).set(pack(left, heights, 0));
        new Int8Array(memory.buffer, b).set(pack(right, widths, 64));
        new Float32Array(memory.buffer, ones, 64).fill(1);
        const sums = Array.from({ length: held }, (_, index) => row(left, index).reduce((x, y) => x + y, 0));
        new Int32Array(memory.buffer, offsets).set(sums.map((sum) => -64 * sum));
        kernel.multiplyI8(a, rows, b, columns, groups, offsets, ones, ones, c, 4 * columns);
        expect(new Float32Array(memory.buffer, c, rows * columns)).toEqual(expected);
      }
    },
  );

  it.each([
    ['the released sizes', RELEASED],
    ['neighbours', { ...RELEASED, propagation: 'neighbours' }],
    ['D 1024', { ...RELEASED, jointSize: 1024 }],
    ['blocks of three numbers', { jointSize: 18, blocks: 6, kernels: 5, hiddenSize: 25 }],
    ['one block of five', { jointSize: 5, blocks: 1, kernels: 1, hiddenSize: 1 }],
    ['a block larger than any graph', { jointSize: 300, blocks: 2 }],
  ] as const)('stays near float32: %s', (_, changes) => {
    const config = smallConfig(changes);
    const random = seededRandom(SEED + 1);
    return expectNear(
      config,
      [36, 1, 2, 5, 128].map((regions) => image(random, regions, config)),
      [14, 1, 2, 7, 64].map((words) => caption(random, words, config)),
    );
  });

  it('stays near float32 with nodes of any length, of length 0, and equal ones', () => {
    const config = smallConfig(RELEASED);
    const random = seededRandom(SEED + 2);
    const D = config.jointSize;
    const uneven = image(random, 12, config);
    for (let region = 0; region < 12; region++) {
      const own = uneven.nodes.subarray(region * D, (region + 1) * D);
      own.set(own.map((value) => value * 10 ** ((region % 7) - 3)));
    }
    const half = image(random, 6, config);
    half.nodes.fill(0, 0, 3 * D);
    const empty = image(random, 4, config);
    empty.nodes.fill(0);
    const same = image(random, 5, config);
    for (let region = 1; region < 5; region++) same.nodes.set(same.nodes.slice(0, D), region * D);
    const tiny = { words: nodes(random, 9, D, 1e-3) };
    const silent = { words: new Float32Array(5 * D) };
    const repeated = { words: new Float32Array(6 * D) };
    for (let word = 0; word < 6; word++) repeated.words.set(same.nodes.slice(0, D), word * D);
    return expectNear(
      config,
      [uneven, half, empty, same],
      [caption(random, 14, config), tiny, silent, repeated],
    );
  });

  it('has scores that correlate with those in float32', async () => {
    const config = smallConfig(RELEASED);
    const random = seededRandom(SEED + 3);
    const D = config.jointSize;
    // Words are regions of the caption's own image with noise, so that affinities are as uneven as in real data.
    const images = Array.from({ length: 24 }, () => image(random, 20, config));
    const captions = images.map(({ nodes: regions }) => {
      const words = nodes(random, 10, D, 0.8);
      return { words: words.map((value, at) => value + (regions[at] as number)) };
    });
    const [exact, rounded] = [
      await scoresOf(config, 'f32', images, captions),
      await scoresOf(config, 'i8', images, captions),
    ];
    for (const side of ['imageToText', 'textToImage'] as const) {
      expect(correlation(exact[side], rounded[side]), side).toBeGreaterThan(0.995);
    }
  });

  it('computes the same on one thread and on two', async () => {
    const config = smallConfig(RELEASED);
    const random = seededRandom(SEED + 4);
    const images = [36, 7, 20].map((regions) => image(random, regions, config));
    const captions = Array.from({ length: 12 }, (_, index) => caption(random, 3 + 2 * index, config));
    const one = await scoresOf(config, 'i8', images, captions);
    const two = await scoresOf(config, 'i8', images, captions, { threads: 2, singleThreadedBelow: 0 });
    expect([...two.imageToText, ...two.textToImage]).toEqual([...one.imageToText, ...one.textToImage]);
  });

  it.each([256, 1024])('keeps an image of D %i in a third of the bytes', async (jointSize) => {
    const config = smallConfig({ ...RELEASED, jointSize });
    const images = [image(seededRandom(SEED + 5), 36, config)];
    const [exact, rounded] = [
      await scoresOf(config, 'f32', images, []),
      await scoresOf(config, 'i8', images, []),
    ];
    expect(rounded.bytes / exact.bytes).toBeLessThan(0.335);
  });

  it('has no finite score for a node with NaN', async () => {
    const config = smallConfig(RELEASED);
    const random = seededRandom(SEED + 6);
    const [broken, spoilt] = [image(random, 5, config), caption(random, 5, config)];
    broken.nodes[300] = Number.NaN;
    spoilt.words[700] = Number.NaN;
    const images = [broken, image(random, 5, config)];
    const { imageToText, textToImage } = await scoresOf(config, 'i8', images, [
      spoilt,
      caption(random, 5, config),
    ]);
    const sums = Array.from(imageToText, (score, pair) => score + (textToImage[pair] as number));
    expect(sums.map(Number.isNaN)).toEqual([true, true, true, false]);
  });
});

/** Pearson's. */
function correlation(a: Float32Array, b: Float32Array): number {
  const centred = (values: Float32Array) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Array.from(values, (value) => value - mean);
  };
  const [x, y] = [centred(a), centred(b)];
  const product = (p: readonly number[], q: readonly number[]) =>
    p.reduce((sum, value, index) => sum + value * (q[index] as number), 0);
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}
