import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { float16BitsToFloat32, float32ToFloat16Bits } from '../../shared/formats/float16.ts';
import { onnxFile } from '../../shared/formats/onnx/index.ts';
import { plainImageNetwork } from '../../test/support/plain-image-network.ts';
import { randomNumbers, seededRandom } from '../../test/support/random.ts';
import type { Convolution, ImageNetwork } from './image-network.ts';
import { networkGraph } from './network-graph.ts';

const random = seededRandom(11);

/** Random weights that halves hold exactly, so that only the arithmetic differs. */
function convolution(outputs: number, inputs: number, size: number, stride: number, groups = 1): Convolution {
  const perGroup = inputs / groups;
  const weights = randomNumbers(
    random,
    outputs * perGroup * size * size,
    3 / Math.sqrt(perGroup * size * size),
  );
  return {
    shape: [outputs, perGroup, size, size],
    weights: halves(weights),
    bias: randomNumbers(random, outputs),
    stride,
    groups,
  };
}

const halves = (values: Float32Array) => float16BitsToFloat32(float32ToFloat16Bits(values));

/** One block of every kind: not expanded, with its input added, and with a stride. */
const NETWORK: ImageNetwork = {
  stem: convolution(4, 3, 3, 2),
  blocks: [
    { expand: undefined, depthwise: convolution(4, 4, 3, 1, 4), project: convolution(5, 4, 1, 1) },
    {
      expand: convolution(10, 5, 1, 1),
      depthwise: convolution(10, 10, 5, 1, 10),
      project: convolution(5, 10, 1, 1),
    },
    {
      expand: convolution(10, 5, 1, 1),
      depthwise: convolution(10, 10, 5, 2, 10),
      project: convolution(6, 10, 1, 1),
    },
  ],
  stageEnds: [1, 2],
  head: convolution(7, 6, 1, 1),
  classes: { weights: halves(randomNumbers(random, 3 * 7)), bias: randomNumbers(random, 3) },
};
const OUTPUTS = ['map', 'pooled', 'stages', 'classes'] as const;

const bytes = onnxFile(networkGraph(NETWORK, 'tiny'), 'test', new Map());
const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 });

function pixels(count: number, width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: count * width * height * 3 }, () => Math.floor(256 * random()));
}

async function run(rgb: Uint8Array, count: number, width: number, height: number) {
  const outputs = await session.run({ pixels: new Tensor('uint8', rgb, [count, height, width, 3]) });
  return Object.fromEntries(
    OUTPUTS.map((name) => {
      const data = outputs[name]?.data;
      if (!(data instanceof Float32Array)) throw new Error(`there is no output ${name}`);
      return [name, [...data]];
    }),
  );
}

describe('networkGraph', () => {
  it.each([
    ['even', 16, 16],
    ['odd', 15, 15],
    ['odd by even', 13, 10],
    ['even, then odd', 18, 6],
    ['smaller than a filter', 3, 2],
    ['a single pixel', 1, 1],
  ])('computes what its definition says on images of a size that is %s', async (_, width, height) => {
    const rgb = pixels(1, width, height);
    const found = await run(rgb, 1, width, height);
    const expected = plainImageNetwork(NETWORK, rgb, width, height);
    for (const name of OUTPUTS) {
      expect(found[name]).toHaveLength(expected[name].length);
      for (const [at, value] of expected[name].entries()) expect(found[name]?.[at]).toBeCloseTo(value, 4);
    }
    expect(expected.map.some((value) => value > 0)).toBe(true);
  });

  it('gives images of a batch the numbers that they have alone, but for rounding', async () => {
    const [width, height, count] = [14, 11, 5];
    const rgb = pixels(count, width, height);
    const together = await run(rgb, count, width, height);
    const size = rgb.length / count;
    for (let image = 0; image < count; image++) {
      const alone = await run(rgb.slice(image * size, (image + 1) * size), 1, width, height);
      for (const name of OUTPUTS) {
        const length = alone[name]?.length ?? 0;
        for (const [at, value] of (alone[name] ?? []).entries()) {
          expect(together[name]?.[image * length + at]).toBeCloseTo(value, 5);
        }
      }
    }
  });

  it('gives the same bytes for the same network', () => {
    expect(Buffer.compare(bytes, onnxFile(networkGraph(NETWORK, 'tiny'), 'test', new Map()))).toBe(0);
  });
});
