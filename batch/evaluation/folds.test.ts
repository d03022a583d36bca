import { describe, expect, it } from 'vitest';
import { evenCaptionImages } from '../../shared/retrieval/index.ts';
import { fiveFolds, wholeSplit } from './folds.ts';

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

describe('folds', () => {
  it('cut a split into five of equal size, in order', () => {
    const captionImages = evenCaptionImages(2, 5);
    expect(fiveFolds(10, evenCaptionImages(10, 5))).toEqual([
      { images: [0, 2], captions: numbers(0, 10), captionImages },
      { images: [2, 4], captions: numbers(10, 20), captionImages },
      { images: [4, 6], captions: numbers(20, 30), captionImages },
      { images: [6, 8], captions: numbers(30, 40), captionImages },
      { images: [8, 10], captions: numbers(40, 50), captionImages },
    ]);
  });

  it('take the captions with their images, in any number and order', () => {
    const folds = fiveFolds(5, Int32Array.of(4, 0, 0, 3, 4, 1));
    expect(folds.map(({ captions }) => captions)).toEqual([[1, 2], [5], [], [3], [0, 4]]);
    expect(folds.map(({ captionImages }) => [...captionImages])).toEqual([[0, 0], [0], [], [0], [0, 0]]);
    expect(wholeSplit(5, Int32Array.of(4, 0, 0, 3, 4, 1))).toEqual([
      { images: [0, 5], captions: [0, 1, 2, 3, 4, 5], captionImages: Int32Array.of(4, 0, 0, 3, 4, 1) },
    ]);
  });

  it('refuse a split whose images do not divide by five', () => {
    expect(() => fiveFolds(12, evenCaptionImages(12, 5))).toThrow(
      expect.objectContaining({ code: 'argument_invalid' }),
    );
  });
});
