import { describe, expect, it } from 'vitest';
import { evenCaptionImages, oneDecimal, recallMetrics, releasedLines } from './index.ts';

const FIVE_EACH = evenCaptionImages(2, 5);

describe('recalls', () => {
  it('counts ranks both ways', () => {
    // Two images, ten captions; caption 0 prefers the wrong image, image 1 prefers caption 0.
    const scores = new Float32Array(20).fill(0);
    for (let caption = 0; caption < 10; caption++)
      scores[(caption < 5 ? 0 : 1) * 10 + caption] = 1 + caption / 100;
    scores[10] = 5;
    const { imageToText, textToImage, rsum } = recallMetrics(scores, 2, FIVE_EACH);
    expect(Array.from(imageToText.ranks)).toEqual([0, 1]);
    expect(Array.from(textToImage.ranks)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(imageToText).toMatchObject({ r1: 50, r5: 100, r10: 100, median: 1, mean: 1.5 });
    expect(textToImage).toMatchObject({ r1: 90, r5: 100, r10: 100, median: 1, mean: 1.1 });
    expect(rsum).toBe(540);
  });

  it('puts the later of equal scores first, as a descending argsort does', () => {
    const { imageToText, textToImage } = recallMetrics(new Float32Array(20), 2, FIVE_EACH);
    expect(Array.from(imageToText.ranks)).toEqual([5, 0]);
    expect(Array.from(textToImage.ranks)).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
  });

  it('works with one image', () => {
    expect(recallMetrics(new Float32Array(5), 1, evenCaptionImages(1, 5)).rsum).toBe(600);
  });

  it('counts images with one, three and no captions, in any order', () => {
    const captionImages = Int32Array.of(2, 0, 2, 2);
    // Image 0 finds its caption second, image 2 its best one first; image 1 has none to find.
    const scores = Float32Array.of(9, 8, 0, 0, 0, 9, 0, 0, 1, 0, 7, 2);
    const { imageToText, textToImage, rsum } = recallMetrics(scores, 3, captionImages);
    expect([...imageToText.ranks]).toEqual([1, -1, 0]);
    expect([...textToImage.ranks]).toEqual([1, 1, 0, 0]);
    expect(imageToText).toMatchObject({ r1: 50, r5: 100, r10: 100, median: 1, mean: 1.5 });
    expect(textToImage).toMatchObject({ r1: 50, r5: 100, r10: 100, median: 1, mean: 1.5 });
    expect(rsum).toBe(500);
  });

  it.each([
    ['too few scores', new Float32Array(8), 2, FIVE_EACH, 'shape_mismatch'],
    ['no captions', new Float32Array(0), 2, new Int32Array(0), 'shape_mismatch'],
    [
      'a caption of an image that is not there',
      new Float32Array(4),
      2,
      Int32Array.of(0, 2),
      'shape_mismatch',
    ],
    ['a score that is NaN', new Float32Array(5).fill(Number.NaN), 1, new Int32Array(5), 'format_invalid'],
  ])('refuses %s', (_, scores, images, captionImages, code) => {
    expect(() => recallMetrics(scores, images, captionImages)).toThrow(expect.objectContaining({ code }));
  });

  it('prints as the released evaluation does', () => {
    const scores = Float32Array.from({ length: 20 }, (_, pair) =>
      Math.floor((pair % 10) / 5) === Math.floor(pair / 10) ? 1 : 0,
    );
    expect(releasedLines(recallMetrics(scores, 2, FIVE_EACH))).toEqual([
      'Images: 2, Captions: 10',
      'rsum: 600.0',
      'Average i2t Recall: 100.0',
      'Image to text: 100.0 100.0 100.0 1.0 1.0',
      'Average t2i Recall: 100.0',
      'Text to image: 100.0 100.0 100.0 1.0 1.0',
    ]);
  });

  it('rounds exact halves to the even digit, as Python does', () => {
    expect([31.25, 31.75, 0.25, 12.5, 8.35, 66.66666, 100].map(oneDecimal)).toEqual([
      '31.2',
      '31.8',
      '0.2',
      '12.5',
      '8.3',
      '66.7',
      '100.0',
    ]);
  });
});
