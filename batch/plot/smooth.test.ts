import { describe, expect, it } from 'vitest';
import { envelope, type Point, runningMean } from './smooth.ts';

describe('runningMean', () => {
  it('starts at the first value and keeps a constant', () => {
    const means = runningMean([7, 7, 7], 10);
    expect(means).toHaveLength(3);
    for (const mean of means) expect(mean).toBeCloseTo(7, 12);
  });

  it('weights a value by its age', () => {
    const keep = Math.exp(-1 / 2);
    const [, second, third] = runningMean([1, 0, 4], 2);
    expect(second).toBeCloseTo(keep / (1 + keep), 12);
    expect(third).toBeCloseTo((keep ** 2 + 4) / (1 + keep + keep ** 2), 12);
  });
});

describe('envelope', () => {
  it('does not change short curves', () => {
    const points: Point[] = [
      [0, 1],
      [1, 2],
    ];
    expect(envelope(points, 1)).toBe(points);
  });

  it('keeps the extremes of every bucket in their order, including a single spike', () => {
    const points = Array.from({ length: 1000 }, (_, x): Point => [x, x === 437 ? 99 : x % 10]);
    const kept = envelope(points, 20);
    expect(kept.length).toBeLessThanOrEqual(40);
    expect(kept).toContainEqual([437, 99]);
    expect(kept.map(([x]) => x)).toEqual(kept.map(([x]) => x).toSorted((a, b) => a - b));
    expect(Math.min(...kept.map(([, y]) => y))).toBe(0);
  });

  it('keeps one point of a bucket if all are equal', () => {
    const flat = Array.from({ length: 100 }, (_, x): Point => [x, 1]);
    expect(envelope(flat, 10)).toHaveLength(10);
  });
});
