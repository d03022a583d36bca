import { describe, expect, it } from 'vitest';
import { randomNumbers, seededRandom } from '../../test/support/random.ts';
import { bytesSource } from '../formats/byte-source.ts';
import { decodeTensors, encodeTensors } from './tensors.ts';

const SEED = 20261129;

describe(`tensors of a model folder (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const numbers = randomNumbers(random, 8192);
  const halves = numbers.map((value) => Math.round(value * 512) / 512);
  const oneMore = Float32Array.of(...halves.subarray(1), 1 + 2 ** -20);
  const tensor = (data: Float32Array) => ({ shape: [data.length], data });

  it.each([
    ['of any numbers take four bytes each', numbers, 4],
    ['of half floats take two', halves, 2],
    ['of half floats but one take four', oneMore, 4],
    ['that are small take four', halves.subarray(0, 100), 4],
    ['with negative zeros and zeros take two', halves.map((_, at) => (at % 2 === 0 ? -0 : 0)), 2],
  ])('%s, and come back as they were', async (_, data, bytes) => {
    const file = encodeTensors(new Map([['t', tensor(data)]]));
    expect(Math.floor(file.length / data.length)).toBe(bytes);
    const back = await decodeTensors(bytesSource('test', file));
    expect(back.get('t')).toEqual(tensor(Float32Array.from(data)));
  });
});
