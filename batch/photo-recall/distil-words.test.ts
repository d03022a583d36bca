import { describe, expect, it } from 'vitest';
import { randomNumbers, seededRandom } from '../../test/support/random.ts';
import { distilWords } from './distil-words.ts';
import { SENTENCE_SIZE } from './sentences/sentence-encoder.ts';
import { captionRows, vectorSum, wordTable } from './word-table.ts';

const SEED = 20261203;
const WORDS = ['dog', 'cat', 'snow', 'ball', 'tree', 'boat', 'hat', 'sea'];

describe(`distilWords (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const captions = Array.from({ length: 300 }, () =>
    Array.from({ length: 3 }, () => WORDS[Math.floor(WORDS.length * random())]).join(' '),
  );
  const vectors = {
    size: 4,
    words: [...WORDS, 'puppy'],
    data: randomNumbers(random, 4 * (WORDS.length + 1)),
  };
  // A puppy is nearly a dog.
  vectors.data.set(vectors.data.subarray(0, 4), 4 * WORDS.length);
  const says = randomNumbers(random, WORDS.length * SENTENCE_SIZE);
  const sentences = new Float32Array(captions.length * SENTENCE_SIZE);
  for (const [at, caption] of captions.entries()) {
    for (const word of caption.split(' ')) {
      for (let d = 0; d < SENTENCE_SIZE; d++) {
        const cell = at * SENTENCE_SIZE + d;
        sentences[cell] = (sentences[cell] ?? 0) + (says[WORDS.indexOf(word) * SENTENCE_SIZE + d] ?? 0);
      }
    }
  }
  const plain = wordTable(captions, vectors, {
    wordCaptions: 2,
    pairCaptions: 400,
    frequent: 20,
    smoothing: 0.1,
  });
  const settings = { components: 6, mapRidge: 1, wordRidge: 0.01 };
  const { table, names } = distilWords(
    plain,
    captions,
    sentences,
    sentences.subarray(0, SENTENCE_SIZE),
    settings,
  );

  it('gives vectors of words that add up to those of sentences, but for a constant', () => {
    const sumOf = (caption: string) => vectorSum(table, captionRows(table, caption));
    const [first, second] = [captions[0] ?? '', captions[1] ?? ''];
    const other = distilWords(
      plain,
      captions,
      sentences,
      sentences.subarray(SENTENCE_SIZE, 2 * SENTENCE_SIZE),
      settings,
    );
    const [one, two] = [sumOf(first), sumOf(second)];
    for (let d = 0; d < table.size; d++) {
      const wanted = (names[d] ?? 0) - (other.names[d] ?? 0);
      expect((one[d] ?? 0) - (two[d] ?? 0)).toBeCloseTo(wanted, 1);
    }
  });

  it('gives words that no caption has what their own vectors say', () => {
    const vector = (word: string) => {
      const row = table.rowOf.get(word) ?? Number.NaN;
      return table.vectors.subarray(row * table.size, (row + 1) * table.size);
    };
    expect(table.size).toBe(6);
    expect(vector('puppy').some((value) => value !== 0)).toBe(true);
    expect([...vector('puppy')].every(Number.isFinite)).toBe(true);
  });
});
