import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../test/support/random.ts';
import {
  FACING_INPUTS,
  facingNetwork,
  mirroredInputs,
} from '../../features/drawn-regions/features/facing.ts';
import { type FacingExample, fitFacing } from './fit-facing.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Noise with a bright spot in its last column: what faces right. The mirrored one faces left. */
function examples(count: number, seed: number): FacingExample[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const inputs = Float32Array.from({ length: FACING_INPUTS }, () => 0.2 * random());
    const row = Math.floor(random() * 8);
    inputs[4 * (row * 8 + 7)] = 1;
    return index % 2 === 0 ? { inputs, right: true } : { inputs: mirroredInputs(inputs), right: false };
  });
}

describe('fitFacing', () => {
  it('learns from examples which way a thing faces, and its mirror image faces the other way', () => {
    const losses: number[] = [];
    const weights = fitFacing(examples(200, 1), 1, (_epoch, loss) => losses.push(loss));
    expect(losses.at(-1)).toBeLessThan(0.3 * (losses[0] as number));
    const facing = facingNetwork(weights);
    const right = examples(100, 2).filter(({ inputs, right: truth }) => facing(inputs) > 0.5 === truth);
    expect(right.length).toBeGreaterThan(90);
    for (const { inputs } of examples(5, 3)) {
      expect(facing(inputs) + facing(mirroredInputs(inputs))).toBeCloseTo(1, 9);
    }
  });

  it('gives equal weights for equal examples', () => {
    const fitted = () => fitFacing(examples(20, 4), 2, () => {});
    expect(fitted()).toEqual(fitted());
  });
});
