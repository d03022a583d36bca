import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import {
  cascadeScores,
  evenCaptionImages,
  fitFusionWeight,
  fuseScores,
  fusionWeight,
  rankImages,
  scoreSpread,
} from './index.ts';

function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** Scores in which the right pairs are higher by `signal`. */
function scores(images: number, signal: number, scale: number, seed: number): Float32Array {
  const next = noise(seed);
  const captions = 5 * images;
  return Float32Array.from({ length: images * captions }, (_, pair) => {
    const right = Math.floor((pair % captions) / 5) === Math.floor(pair / captions);
    return scale * (next() + next() + next() + (right ? signal : 0));
  });
}

describe('fusion', () => {
  it('adds the weighted coarse score', () => {
    expect(fuseScores(Float32Array.of(1, 2), Float32Array.of(3, -4), 0.5)).toEqual(Float32Array.of(2.5, 0));
  });

  it('measures the spread within a caption, not between captions', () => {
    // Columns (0, 2) and (100, 102): the same spread of 1 around different means.
    expect(scoreSpread(Float32Array.of(0, 100, 2, 102), 2, 2)).toBeCloseTo(1);
    expect(() => scoreSpread(Float32Array.of(1, 1), 2, 1)).toThrow(AppError);
    expect(() => scoreSpread(Float32Array.of(1), 1, 1)).toThrow(AppError);
  });

  it('finds a weight that compensates the scales and helps', () => {
    const pairs = { gsmn: scores(60, 2, 10, 1), coarse: scores(60, 2, 0.01, 2), images: 60, captions: 300 };
    const { weight, standardised, meanReciprocalRank } = fitFusionWeight(pairs, evenCaptionImages(60, 5));
    expect(standardised).toBeGreaterThanOrEqual(0.5);
    expect(standardised).toBeLessThanOrEqual(2);
    expect(weight).toBeCloseTo(fusionWeight(pairs, standardised));
    expect(weight).toBeGreaterThan(400);
    const alone = fitFusionWeight({ ...pairs, coarse: scores(60, 0, 0.01, 3) }, evenCaptionImages(60, 5));
    expect(alone.standardised).toBe(0); // a coarse score without information gets no weight
    expect(meanReciprocalRank).toBeGreaterThan(alone.meanReciprocalRank);
  });

  it('fits the same weight whatever the order of the captions, and from some of them', () => {
    const [images, captions] = [60, 300];
    const pairs = { gsmn: scores(images, 2, 10, 1), coarse: scores(images, 2, 0.01, 2), images, captions };
    const captionImages = evenCaptionImages(images, 5);
    const reversed = (matrix: Float32Array): Float32Array =>
      matrix.map(
        (_, pair) =>
          matrix[Math.floor(pair / captions) * captions + (captions - 1 - (pair % captions))] ?? Number.NaN,
      );
    const turned = { ...pairs, gsmn: reversed(pairs.gsmn), coarse: reversed(pairs.coarse) };
    const expected = fitFusionWeight(pairs, captionImages);
    const found = fitFusionWeight(turned, captionImages.toReversed());
    expect(found.standardised).toBe(expected.standardised);
    expect(found.meanReciprocalRank).toBeCloseTo(expected.meanReciprocalRank, 12);
    const few = [0, 7, 8, 150, 299];
    expect(fitFusionWeight(pairs, captionImages, few).meanReciprocalRank).toBeGreaterThan(0);
    expect(() => fitFusionWeight(pairs, captionImages.slice(1))).toThrow(
      expect.objectContaining({ code: 'shape_mismatch' }),
    );
    expect(() => fitFusionWeight(pairs, captionImages.fill(images, 0, 1))).toThrow(
      expect.objectContaining({ code: 'shape_mismatch' }),
    );
  });
});

describe('shortlists', () => {
  it('ranks images, equal scores by number', () => {
    expect(rankImages(Float32Array.of(1, 9, 3, 9, 3, 9), 3, 2, 0)).toEqual([1, 2, 0]);
    expect(rankImages(Float32Array.of(1, 9, 3, 9, 3, 9), 3, 2, 1)).toEqual([0, 1, 2]);
  });

  it('reorders only the shortlist, and keeps the coarse order behind it', () => {
    const coarse = Float32Array.of(4, 3, 2, 1);
    const fused = Float32Array.of(1, 2, 3, 4);
    const order = (length: number): number[] =>
      rankImages(cascadeScores(coarse, fused, 4, 1, length), 4, 1, 0);
    expect(order(0)).toEqual([0, 1, 2, 3]);
    expect(order(1)).toEqual([0, 1, 2, 3]);
    expect(order(2)).toEqual([1, 0, 2, 3]);
    expect(order(4)).toEqual([3, 2, 1, 0]);
    expect(order(9)).toEqual([3, 2, 1, 0]);
  });
});
