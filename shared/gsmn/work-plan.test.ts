import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pieceSizes, spans } from './work-plan.ts';

describe('work plan', () => {
  it('has at least one pair and at most what fits the workspace', () => {
    const size = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 1e7 }), (images, captions, numbers) => {
        const piece = pieceSizes(images, captions, numbers);
        const pairs = piece.images * piece.captions;
        expect(piece.images).toBeGreaterThanOrEqual(1);
        expect(piece.captions).toBeGreaterThanOrEqual(1);
        expect(piece.images).toBeLessThanOrEqual(images);
        expect(piece.captions).toBeLessThanOrEqual(captions);
        expect(pairs === 1 || pairs * numbers * 40 <= 96 * 2 ** 20).toBe(true);
      }),
    );
  });

  it('covers everything exactly once', () => {
    expect(spans(7, 3)).toEqual([
      { start: 0, end: 3 },
      { start: 3, end: 6 },
      { start: 6, end: 7 },
    ]);
    expect(spans(0, 3)).toEqual([]);
  });
});
