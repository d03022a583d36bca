import { describe, expect, it } from 'vitest';
import { evenCaptionImages } from '../../shared/retrieval/index.ts';
import { scoreAgreement } from './score-agreement.ts';

const FIVE_EACH = evenCaptionImages(2, 5);

/** Two images, ten captions; each caption of an image scores 1 with it, with small differences. */
function diagonal(): Float32Array {
  return Float32Array.from({ length: 20 }, (_, at) => {
    const [image, caption] = [Math.floor(at / 10), at % 10];
    return (Math.floor(caption / 5) === image ? 1 : 0) + caption / 100;
  });
}

describe('the agreement of two matrices of scores', () => {
  it('is complete for a matrix with itself', () => {
    const scores = diagonal();
    expect(scoreAgreement(scores, scores, 2, FIVE_EACH)).toEqual({
      textToImage: { sameFirst: 100, topTen: 100, recalls: [100, 100, 100] },
      imageToText: { sameFirst: 100, topTen: 100, recalls: [100, 100, 100] },
      largestDifference: 0,
      rootMeanSquare: 0,
    });
  });

  it('counts what changed, by direction', () => {
    const changed = diagonal();
    // Caption 0 now prefers the other image; the captions of the first image keep their first one.
    changed[10] = 1.5;
    const found = scoreAgreement(diagonal(), changed, 2, FIVE_EACH);
    expect(found.textToImage).toEqual({ sameFirst: 90, topTen: 100, recalls: [90, 100, 100] });
    expect(found.imageToText).toEqual({ sameFirst: 50, topTen: 100, recalls: [50, 100, 100] });
    expect(found.largestDifference).toBeCloseTo(1.5, 6);
    expect(found.rootMeanSquare).toBeCloseTo(1.5 / Math.sqrt(20), 6);
  });

  it('refuses scores that are not finite', () => {
    const broken = diagonal();
    broken[3] = Number.NaN;
    expect(() => scoreAgreement(diagonal(), broken, 2, FIVE_EACH)).toThrow(
      expect.objectContaining({ code: 'format_invalid' }),
    );
  });
});
