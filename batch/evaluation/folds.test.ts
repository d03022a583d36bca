import { describe, expect, it } from 'vitest';
import { fiveFolds, wholeSplit } from './folds.ts';

describe('folds', () => {
  it('cuts a split into five of equal size, in order', () => {
    expect(fiveFolds(10, 5)).toEqual([
      { images: [0, 2], captions: [0, 10] },
      { images: [2, 4], captions: [10, 20] },
      { images: [4, 6], captions: [20, 30] },
      { images: [6, 8], captions: [30, 40] },
      { images: [8, 10], captions: [40, 50] },
    ]);
  });

  it('refuses a split that does not divide by five', () => {
    expect(() => fiveFolds(12, 5)).toThrow(expect.objectContaining({ code: 'argument_invalid' }));
  });

  it('takes a split whole', () => {
    expect(wholeSplit(12, 60)).toEqual([{ images: [0, 12], captions: [0, 60] }]);
  });
});
