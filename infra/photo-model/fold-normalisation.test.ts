import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../shared/formats/byte-source.ts';
import { readCheckpoint } from '../../shared/formats/torch/index.ts';
import { dict, text } from '../../test/support/pickle-bytes.ts';
import { randomNumbers, seededRandom } from '../../test/support/random.ts';
import { storage, storageFile, tensor, zipFile } from '../../test/support/torch-file.ts';
import { foldNormalisation } from './fold-normalisation.ts';
import { stateTensors } from './state-tensors.ts';

const [OUTPUTS, INPUTS, SIZE] = [3, 2, 3];
const WANTED = {
  convolution: 'conv',
  normalisation: 'bn',
  inputs: INPUTS,
  outputs: OUTPUTS,
  size: SIZE,
  stride: 2,
};

const random = seededRandom(7);
const weights = randomNumbers(random, OUTPUTS * INPUTS * SIZE * SIZE);
const channels = (scale: number) => randomNumbers(random, OUTPUTS).map((value) => value * scale);
const NORMALISATION = {
  weight: channels(2),
  bias: channels(1),
  running_mean: channels(3),
  running_var: channels(1).map((value) => value * value),
};

/** The parameters in a checkpoint whose convolution is stored as `[size, size, inputs, outputs]` or row-major. */
async function state(layout: 'dense' | 'turned') {
  const turned = new Float32Array(weights.length);
  for (let output = 0; output < OUTPUTS; output++) {
    for (let input = 0; input < INPUTS; input++) {
      for (let place = 0; place < SIZE * SIZE; place++) {
        turned[(place * INPUTS + input) * OUTPUTS + output] =
          weights[(output * INPUTS + input) * SIZE * SIZE + place] ?? 0;
      }
    }
  }
  const [numbers, strides] =
    layout === 'dense'
      ? [weights, [INPUTS * SIZE * SIZE, SIZE * SIZE, SIZE, 1]]
      : [turned, [1, OUTPUTS, SIZE * INPUTS * OUTPUTS, INPUTS * OUTPUTS]];
  const convolution = storageFile('0', 'FloatStorage', numbers);
  const parts = Object.entries(NORMALISATION).map(
    ([name, values], index) => [name, storageFile(String(index + 1), 'FloatStorage', values)] as const,
  );
  const contents = dict(
    [text('conv.weight'), tensor(storage(convolution), [OUTPUTS, INPUTS, SIZE, SIZE], strides)],
    ...parts.map(
      ([name, file]) => [text(`bn.${name}`), tensor(storage(file), [OUTPUTS], [1])] as [never, never],
    ),
  );
  const files = [convolution, ...parts.map(([, file]) => file)];
  return stateTensors('tiny.pth', await readCheckpoint(bytesSource('tiny.pth', zipFile(contents, files))));
}

describe('foldNormalisation', () => {
  it('is the convolution followed by the normalisation', async () => {
    const folded = foldNormalisation(await state('dense'), WANTED);
    const pixels = randomNumbers(random, INPUTS * SIZE * SIZE);
    for (let output = 0; output < OUTPUTS; output++) {
      const product = (numbers: Float32Array) =>
        pixels.reduce(
          (sum, pixel, index) => sum + pixel * (numbers[output * pixels.length + index] ?? Number.NaN),
          0,
        );
      const { weight, bias, running_mean, running_var } = NORMALISATION;
      const expected =
        ((weight[output] ?? 0) * (product(weights) - (running_mean[output] ?? 0))) /
          Math.sqrt((running_var[output] ?? 0) + 1e-3) +
        (bias[output] ?? 0);
      expect(product(folded.weights) + (folded.bias[output] ?? 0)).toBeCloseTo(expected, 4);
    }
  });

  it('reads tensors that are not contiguous by their strides', async () => {
    expect(foldNormalisation(await state('turned'), WANTED)).toEqual(
      foldNormalisation(await state('dense'), WANTED),
    );
  });

  it.each([
    ['another size', { size: 5 }, 'shape_mismatch', 'conv.weight of tiny.pth is [3, 2, 3, 3]'],
    ['another number of inputs', { inputs: 4 }, 'shape_mismatch', 'conv.weight'],
    ['another name', { normalisation: 'bn1' }, 'format_invalid', 'tiny.pth has no tensor bn1.weight'],
  ])('refuses parameters of %s by their name', async (_, change, code, message) => {
    const parameters = await state('dense');
    expect(() => foldNormalisation(parameters, { ...WANTED, ...change })).toThrowError(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  it('refuses a checkpoint that is no state', () => {
    expect(() => stateTensors('list.pth', [1, 2])).toThrowError(
      expect.objectContaining({ code: 'format_invalid' }),
    );
  });
});
