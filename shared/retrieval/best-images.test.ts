import { describe, expect, it } from 'vitest';
import { randomNumbers, seededRandom } from '../../test/support/random.ts';
import { BestImages } from './best-images.ts';

const SEED = 20261125;

describe(`the best images, from slices (seed ${SEED})`, () => {
  it.each([1, 3, 50, 400])('are the first %i of all, sorted', (limit) => {
    const random = seededRandom(SEED);
    const query = randomNumbers(random, 4);
    const best = new BestImages(limit, query, 0.7);
    const all: { id: number; score: number }[] = [];
    for (let from = 0; from < 300; ) {
      const count = 1 + Math.floor(random() * 40);
      const [imageToText, textToImage] = [randomNumbers(random, count), randomNumbers(random, count)];
      const vectors = randomNumbers(random, 4 * count);
      best.add({ from, imageToText, textToImage, vectors });
      for (let index = 0; index < count; index++) {
        const coarse = query.reduce((sum, value, d) => sum + value * (vectors[4 * index + d] ?? NaN), 0);
        const gsmn = (imageToText[index] ?? NaN) + (textToImage[index] ?? NaN);
        all.push({ id: from + index, score: gsmn + 0.7 * coarse });
      }
      from += count;
    }
    all.sort((a, b) => b.score - a.score);
    expect(best.ranked().map(({ id, score }) => ({ id, score }))).toEqual(all.slice(0, limit));
  });

  it('are ordered by ordinal if scores are equal', () => {
    const best = new BestImages(3, Float32Array.of(1), 0);
    const same = (count: number) => new Float32Array(count).fill(0.5);
    best.add({ from: 0, imageToText: same(2), textToImage: same(2), vectors: same(2) });
    best.add({ from: 2, imageToText: Float32Array.of(0.5, 2), textToImage: same(2), vectors: same(2) });
    best.add({ from: 4, imageToText: same(5), textToImage: same(5), vectors: same(5) });
    expect(best.ranked().map(({ id }) => id)).toEqual([3, 0, 1]);
    expect(best.ranked()[0]).toEqual({ id: 3, score: 2.5, gsmn: 2.5, coarse: 0.5 });
  });
});
