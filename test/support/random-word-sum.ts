import type { StoredWordSum } from '../../shared/retrieval/index.ts';
import { randomTensor } from './random.ts';

/** A stored word sum of random numbers: descriptions of 9 numbers, four words and a pair, 8 dimensions unless said. */
export function randomWordSum(random: () => number, dimensions = 8): StoredWordSum {
  const words = ['a', 'dog', 'runs', 'snow', 'dog snow'];
  const tensor = (...shape: number[]) => randomTensor(random, shape);
  return {
    config: {
      format: 'gsmn-recall-encoder',
      version: 1,
      kind: 'word-sum',
      dimensions,
      image: {
        size: 9,
        parts: [
          { read: 'roots', from: 0, to: 3 },
          { read: 'plain', from: 3, to: 5 },
          { read: 'largest', from: 5, to: 9, count: 2 },
        ],
      },
      text: { words, skipped: ['a', 'in', 'the'] },
    },
    tensors: new Map([
      ['image.projection', tensor(dimensions, 9)],
      ['image.offset', tensor(dimensions)],
      ['text.rows', tensor(words.length, dimensions)],
      ['text.offset', tensor(dimensions)],
    ]),
  };
}
