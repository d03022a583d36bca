import { describe, expect, it } from 'vitest';
import { evenCaptionImages, recallMetrics } from '../../shared/retrieval/index.ts';
import { evaluationLines } from './evaluation-report.ts';

/** Two images and ten captions: the captions of both images are found first, or those of the second image last. */
const right = Float32Array.from({ length: 20 }, (_, pair) => (pair % 10 >= 5 === pair >= 10 ? 1 : 0));
const swapped = Float32Array.from(right, (score, pair) => (pair < 10 ? score : 0.5 - score));
const folds = [right, swapped].map((scores) => recallMetrics(scores, 2, evenCaptionImages(2, 5)));

describe('evaluationLines', () => {
  it('are those of the released test script for one fold', () => {
    expect(evaluationLines(folds.slice(0, 1))).toEqual([
      'Images: 2, Captions: 10',
      'rsum: 600.0',
      'Average i2t Recall: 100.0',
      'Image to text: 100.0 100.0 100.0 1.0 1.0',
      'Average t2i Recall: 100.0',
      'Text to image: 100.0 100.0 100.0 1.0 1.0',
    ]);
  });

  it('hold each fold and the mean of their figures for several', () => {
    // Second image, second fold: the five other captions come before its own, and the first image ranks before it for
    // them: i2t ranks 0 and 5, t2i ranks five times 0... and five times 1.
    expect(evaluationLines(folds)).toEqual([
      'Images: 4, Captions: 20',
      'Image to text: 100.0, 100.0, 100.0, 1.0, 1.0',
      'Text to image: 100.0, 100.0, 100.0, 1.0, 1.0',
      'rsum: 600.0 ar: 100.0 ari: 100.0',
      'Image to text: 50.0, 50.0, 100.0, 3.0, 3.5',
      'Text to image: 50.0, 100.0, 100.0, 1.0, 1.5',
      'rsum: 450.0 ar: 66.7 ari: 83.3',
      '-----------------------------------',
      'Mean metrics: ',
      'rsum: 525.0',
      'Average i2t Recall: 83.3',
      'Image to text: 75.0 75.0 100.0 2.0 2.2',
      'Average t2i Recall: 91.7',
      'Text to image: 75.0 100.0 100.0 1.0 1.2',
    ]);
  });
});
