import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadTfjsBackend } from '../platform/tfjs/index.ts';
import { contrastiveLoss } from './index.ts';

beforeAll(async () => {
  await loadTfjsBackend('wasm');
});

describe('contrastive loss', () => {
  const loss = (scores: number[][], maxViolation: boolean) =>
    tf.tidy(() => contrastiveLoss(tf.tensor2d(scores), { margin: 0.25, maxViolation }).dataSync()[0]);

  it('sums the violations of both directions', () => {
    const scores = [
      [1, 1.5, 0],
      [0.5, 0.5, 1],
      [0, 0, 2],
    ];
    // Captions of image 0: 0.75; of image 1: 0.25, 0.75. Images of caption 1: 1.25; of the others: none.
    expect(loss(scores, false)).toBeCloseTo(0.75 + 0.25 + 0.75 + 1.25, 6);
    expect(loss(scores, true)).toBeCloseTo(0.75 + 0.75 + 1.25, 6);
  });

  it('is zero for one pair alone', () => {
    expect(loss([[-3]], false)).toBe(0);
    expect(loss([[-3]], true)).toBe(0);
  });
});
