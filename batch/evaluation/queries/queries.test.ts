import { describe, expect, it } from 'vitest';
import { evenCaptionImages, recallMetrics } from '../../../shared/retrieval/index.ts';
import { randomNumbers, seededRandom } from '../../../test/support/random.ts';
import { extremeQueries } from './extreme-queries.ts';
import { foldQueries, topRanked } from './fold-queries.ts';
import type { TextToImageQuery } from './query.ts';

const SEED = 7;

describe('topRanked', () => {
  it('puts the highest first, and of equal ones the later', () => {
    const values = Float32Array.of(1, 5, 3, 5, 0, 5, 4);
    expect(topRanked({ values, start: 0, stride: 1, count: 7 }, 4)).toEqual([5, 3, 1, 6]);
    expect(topRanked({ values, start: 0, stride: 2, count: 4 }, 9)).toEqual([3, 1, 0, 2]);
    expect(topRanked({ values, start: 0, stride: 1, count: 0 }, 3)).toEqual([]);
  });
});

describe('foldQueries', () => {
  const [images, captions] = [12, 60];
  const captionImages = evenCaptionImages(images, 5);
  // Few different scores, so that there are ties.
  const random = randomNumbers(seededRandom(SEED), images * captions).map(
    (score) => Math.round(score * 20) / 20,
  );
  const metrics = recallMetrics(random, images, captionImages);
  const fold = {
    images: [100, 112] as const,
    captions: Array.from({ length: captions }, (_, caption) => 500 + caption),
    captionImages,
  };
  const queries = foldQueries({ fold, scores: random, metrics }, 3);

  it(`has both directions with the ranks of recall@K and indices of the split (seed ${SEED})`, () => {
    expect(queries).toHaveLength(images + captions);
    const [textQueries, imageQueries] = [queries.slice(0, captions), queries.slice(captions)];
    expect(textQueries.map(({ direction }) => direction)).toEqual(Array(captions).fill('text-to-image'));
    expect(textQueries.map(({ rank }) => rank - 1)).toEqual([...metrics.textToImage.ranks]);
    expect(imageQueries.map(({ rank }) => rank - 1)).toEqual([...metrics.imageToText.ranks]);
    expect(textQueries[7]).toMatchObject({ caption: 507, image: 101, fold: 3, score: random[captions + 7] });
    expect(imageQueries[2]).toMatchObject({ direction: 'image-to-text', image: 102, fold: 3 });
  });

  it(`has the right answer at its rank (seed ${SEED})`, () => {
    let checked = 0;
    for (const query of queries) {
      expect(query.found).toHaveLength(5);
      const place = query.found.findIndex(({ right }) => right);
      expect(place, JSON.stringify(query)).toBe(query.rank <= 5 ? query.rank - 1 : -1);
      if (query.rank > 5) continue;
      checked++;
      const answer = query.found[place];
      expect(answer?.score).toBe(query.score);
      if (query.direction === 'image-to-text') expect(answer).toMatchObject({ caption: query.caption });
    }
    expect(checked).toBeGreaterThan(10);
  });
});

describe('foldQueries of mixed captions', () => {
  it('has a query for each image with captions, with indices of the split', () => {
    const captionImages = Int32Array.of(2, 0, 2);
    // Image 0 finds caption 1 last; image 2 finds both of its own captions, the later of equal scores first.
    const scores = Float32Array.of(9, 1, 9, 0, 0, 0, 5, 3, 5);
    const metrics = recallMetrics(scores, 3, captionImages);
    const fold = { images: [10, 13] as const, captions: [20, 21, 22], captionImages };
    const queries = foldQueries({ fold, scores, metrics }, 0);
    expect(queries.map(({ direction, image, caption, rank }) => [direction, image, caption, rank])).toEqual([
      ['text-to-image', 12, 20, 2],
      ['text-to-image', 10, 21, 2],
      ['text-to-image', 12, 22, 2],
      ['image-to-text', 10, 21, 3],
      ['image-to-text', 12, 22, 1],
    ]);
    const [last] = queries.slice(-1);
    expect(last?.found.map(({ right }) => right)).toEqual([true, true, false]);
  });
});

describe('extremeQueries', () => {
  const query = (caption: number, rank: number, lead: number): TextToImageQuery => ({
    direction: 'text-to-image',
    fold: 0,
    caption,
    image: 0,
    rank,
    score: lead,
    found: [{ image: 1, score: 0, right: false }],
  });
  const queries = [
    query(0, 1, 0.5),
    query(1, 9, -0.5),
    query(2, 1, 0.9),
    query(3, 9, -0.9),
    query(4, 3, -0.1),
  ];
  const indices = (list: readonly TextToImageQuery[]): number[] => list.map(({ caption }) => caption);

  it('orders by rank, then by how far the right answer is ahead', () => {
    const { worst, best } = extremeQueries(queries, 2, 2);
    expect([indices(worst), indices(best)]).toEqual([
      [3, 1],
      [2, 0],
    ]);
  });

  it('shows no query twice', () => {
    const { worst, best } = extremeQueries(queries, 4, 10);
    expect([indices(worst), indices(best)]).toEqual([[3, 1, 4, 0], [2]]);
    expect(extremeQueries(queries, 50, 10).best).toEqual([]);
  });
});
