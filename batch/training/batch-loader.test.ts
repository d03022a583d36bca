import { describe, expect, it } from 'vitest';
import type { Split } from '../data/split.ts';
import { captionsAlone } from '../phrases/index.ts';
import { createBatchLoader } from './batch-loader.ts';

const [IMAGES, REGIONS, SIZE] = [4, 10, 50];

/** A split whose features are all 1. */
const split = {
  regions: REGIONS,
  featureSize: SIZE,
  boxes: new Float32Array(IMAGES * REGIONS * 4),
  captionImages: Int32Array.of(0, 1, 2, 3),
  captionIds: [[1], [2], [3], [4]],
  readFeatures: async () => new Float32Array(REGIONS * SIZE).fill(1),
} as unknown as Split;

const load = async (captions: readonly number[], rate: number, seed = 1) =>
  (await createBatchLoader(split, captionsAlone(split), { rate, seed }).load(captions)).features;

describe('the dropout of features', () => {
  it('drops the share that was asked for, and scales the rest so that the expected sum stays', async () => {
    const features = await load([0, 1, 2, 3], 0.3);
    const dropped = features.filter((value) => value === 0).length / features.length;
    // 2,000 numbers: a standard deviation of 0.01.
    expect(Math.abs(dropped - 0.3)).toBeLessThan(0.05);
    expect(new Set(features)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
  });

  it('drops nothing at rate 0', async () => {
    expect((await load([0, 1], 0)).every((value) => value === 1)).toBe(true);
  });

  it('drops the same numbers of the same batch, others of another batch or with another seed', async () => {
    const first = await load([0, 1], 0.5);
    expect(await load([0, 1], 0.5)).toEqual(first);
    expect(await load([0, 2], 0.5)).not.toEqual(first);
    expect(await load([0, 1], 0.5, 2)).not.toEqual(first);
  });
});
