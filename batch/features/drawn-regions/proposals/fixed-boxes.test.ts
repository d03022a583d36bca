import { describe, expect, it } from 'vitest';
import { fixedBoxes } from './fixed-boxes.ts';

describe('fixedBoxes', () => {
  it('starts with the whole image and has enough for any number of regions', () => {
    const boxes = fixedBoxes(160, 120, 24);
    expect(boxes).toHaveLength(24);
    expect(boxes[0]).toEqual({ left: 0, top: 0, right: 160, bottom: 120 });
    expect(new Set(boxes.map((box) => JSON.stringify(box))).size).toBe(24);
  });

  it.each([
    [1, 1],
    [2, 3],
    [160, 1],
  ])('keeps boxes inside an image of %i x %i, each with at least one pixel', (width, height) => {
    for (const { left, top, right, bottom } of fixedBoxes(width, height, 24)) {
      expect(left >= 0 && left < right && right <= width).toBe(true);
      expect(top >= 0 && top < bottom && bottom <= height).toBe(true);
    }
  });
});
