import { describe, expect, it } from 'vitest';
import { wordEvidence } from './word-evidence.ts';

const words = [
  { text: 'dog', id: 5, known: true },
  { text: 'runs', id: 3, known: false },
];
// Two regions; four nodes: <start>, dog, runs, <end>.
const boxes = Float32Array.from([0, 0, 0.5, 0.5, 0.25, 0.5, 0.75, 1]);
const evidence = {
  imageToText: 0,
  textToImage: 0,
  wordAttention: Float32Array.from([1, 0, 0.25, 0.75, 0.5, 0.5, 0, 1]),
  regionAttention: new Float32Array(8),
  wordScores: Float32Array.from([9, 1, 2, 9]),
  regionScores: new Float32Array(2),
};

describe('wordEvidence', () => {
  it('gives each word its score and its regions with their boxes, strongest first', () => {
    expect(wordEvidence(evidence, words, boxes, { regions: 5, weight: 0.05 })).toEqual({
      words: [
        {
          word: 'dog',
          score: 1,
          regions: [
            { region: 1, weight: 0.75, box: [0.25, 0.5, 0.75, 1] },
            { region: 0, weight: 0.25, box: [0, 0, 0.5, 0.5] },
          ],
        },
        {
          word: 'runs',
          score: 2,
          regions: [
            { region: 0, weight: 0.5, box: [0, 0, 0.5, 0.5] },
            { region: 1, weight: 0.5, box: [0.25, 0.5, 0.75, 1] },
          ],
        },
      ],
    });
  });

  it('leaves out regions that got little, and more than it may tell', () => {
    const regions = (limit: { regions: number; weight: number }) =>
      wordEvidence(evidence, words, boxes, limit).words.map((word) =>
        word.regions.map(({ region }) => region),
      );
    expect(regions({ regions: 5, weight: 0.5 })).toEqual([[1], [0, 1]]);
    expect(regions({ regions: 1, weight: 0 })).toEqual([[1], [0]]);
    expect(regions({ regions: 5, weight: 0.9 })).toEqual([[], []]);
  });
});
