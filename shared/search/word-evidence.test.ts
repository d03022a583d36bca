import { describe, expect, it } from 'vitest';
import { evidenceSchema } from '../schema/index.ts';
import { type EvidenceLimit, evidenceJson, packEvidence } from './word-evidence.ts';

const words = ['dog', 'runs'];
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

describe('evidence of words', () => {
  const told = (limit: EvidenceLimit) =>
    evidenceSchema.parse(JSON.parse(evidenceJson(packEvidence(evidence, 2, boxes, limit), words)));

  it('has the score of each word and its regions with their boxes, strongest first', () => {
    expect(told({ regions: 5, weight: 0.05 })).toEqual({
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

  it('leaves out regions with little attention, and regions beyond the maximum', () => {
    const regions = (limit: { regions: number; weight: number }) =>
      told(limit).words.map((word) => word.regions.map(({ region }) => region));
    expect(regions({ regions: 5, weight: 0.5 })).toEqual([[1], [0, 1]]);
    expect(regions({ regions: 1, weight: 0 })).toEqual([[1], [0]]);
    expect(regions({ regions: 5, weight: 0.9 })).toEqual([[], []]);
  });

  it('is packed with each box once, and rounded', () => {
    const exact = { ...evidence, wordScores: Float32Array.from([0, 1 / 3, 2 / 3, 0]) };
    expect(
      packEvidence(
        exact,
        2,
        boxes.map((corner) => corner / 3),
        { regions: 1, weight: 0.1 },
      ),
    ).toEqual({
      words: [
        [0.333333, 1, 0.75],
        [0.666667, 0, 0.5],
      ],
      boxes: [
        [1, 0.0833, 0.1667, 0.25, 0.3333],
        [0, 0, 0, 0.1667, 0.1667],
      ],
    });
  });

  it('is JSON for any words', () => {
    const texts = ['"quoted" \\ \u2028', 'second'];
    const { words: told } = JSON.parse(evidenceJson({ words: [[0.5]], boxes: [] }, texts.slice(0, 1)));
    expect(told).toEqual([{ word: texts[0], score: 0.5, regions: [] }]);
    expect(JSON.parse(evidenceJson({ words: [], boxes: [] }, texts))).toEqual({ words: [] });
    expect(JSON.parse(evidenceJson({ words: [[1], [2]], boxes: [] }, []))).toEqual({ words: [] });
  });
});
