import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sparseVector } from '../../model/sparse-vector.ts';
import type { QueryWord } from '../../schema/index.ts';
import { termWeight } from './bm25.ts';
import { bestCaptions, type CaptionTermReader, captionScores } from './caption-scores.ts';
import { captionTerms, termIndex } from './caption-terms.ts';
import { queryTerms } from './query-terms.ts';

const known = (text: string, more: Partial<QueryWord> = {}): QueryWord => ({
  text,
  id: 4,
  known: true,
  ...more,
});
const weightsOf = (words: readonly QueryWord[]) => {
  const { indices, values } = queryTerms([{ words, share: 1 }]);
  return new Map(Array.from(indices, (index, at) => [index, values[at]]));
};

describe('the terms of captions', () => {
  it.each([
    ['Two DOGS run on the beach.', ['two', 'dog', 'run', 'beach']],
    ['2 dog', ['two', 'dog']],
    ['a red-haired woman', ['red', 'haired', 'woman']],
    ['The people of Kailua, 2019', ['person', 'kailua', '2019']],
    ['in the of', []],
    ['“Ｄｏｇ”', ['dog']],
    ['!? 🐕', []],
  ])('of %j are %j', (text, terms) => {
    expect(captionTerms(text)).toEqual(terms);
  });

  it('have indices of 32 bits that depend on every character', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (term) => {
        const index = termIndex(term);
        expect(Number.isInteger(index) && index >= 0 && index < 2 ** 32).toBe(true);
        expect(termIndex(`${term}s`)).not.toBe(index);
      }),
    );
    // FNV-1a of the bytes of UTF-16.
    expect(termIndex('')).toBe(0x811c9dc5);
  });
});

describe('what captions are searched for', () => {
  it('is each word that the query does not deny, 1 together', () => {
    const weights = weightsOf([known('a'), known('dogs'), known('beach'), known('leash', { negated: true })]);
    expect(weights).toEqual(
      new Map(
        [
          ['dog', 0.5],
          ['beach', 0.5],
        ].map(([term, weight]) => [termIndex(String(term)), weight]),
      ),
    );
  });

  it('is a corrected word in both spellings, and one that was replaced by its meaning as it was written', () => {
    const weights = weightsOf([
      known('hosre', { known: false, as: 'horse', by: 'spelling' }),
      known('zebra', { known: false, as: 'horse', by: 'meaning' }),
    ]);
    expect(weights.get(termIndex('hosre'))).toBe(0.5);
    expect(weights.get(termIndex('horse'))).toBe(0.5);
    expect(weights.get(termIndex('zebra'))).toBe(0.5);
  });

  it('is the sum of several sentences by their shares', () => {
    const { indices, values } = queryTerms([
      { words: [known('dog'), known('snow')], share: 0.75 },
      { words: [known('snow')], share: 0.25 },
    ]);
    expect(new Map(Array.from(indices, (index, at) => [index, values[at]]))).toEqual(
      new Map([
        [termIndex('dog'), 0.375],
        [termIndex('snow'), 0.625],
      ]),
    );
  });

  it('is nothing for function words alone', () => {
    expect(queryTerms([{ words: [known('on'), known('the')], share: 1 }]).indices).toHaveLength(0);
  });
});

describe('the weight of a term', () => {
  const statistics = {
    images: 10,
    averageLength: 4,
    having: new Map([
      [1, 1],
      [2, 9],
    ]),
  };

  it('is BM25', () => {
    const rarity = Math.log(1 + 9.5 / 1.5);
    expect(termWeight(1, 1, 4, statistics)).toBeCloseTo(rarity, 12);
    expect(termWeight(1, 2, 8, statistics)).toBeCloseTo(
      (rarity * 2 * 2.2) / (2 + 1.2 * (0.25 + 0.75 * 2)),
      12,
    );
  });

  it('is larger for rarer terms, more occurrences and shorter captions, and never negative', () => {
    const weight = (index: number, count: number, length: number) =>
      termWeight(index, count, length, statistics);
    expect(weight(1, 1, 4)).toBeGreaterThan(weight(2, 1, 4));
    expect(weight(2, 2, 4)).toBeGreaterThan(weight(2, 1, 4));
    expect(weight(2, 1, 4)).toBeGreaterThan(weight(2, 1, 9));
    expect(weight(2, 1, 99)).toBeGreaterThan(0);
  });
});

describe('scores of captions', () => {
  const rows: readonly (readonly [number, number])[][] = [
    [[1, 2]],
    [],
    [
      [1, 1],
      [3, 4],
    ],
    [[3, 4]],
  ];
  const reader: CaptionTermReader = {
    count: rows.length,
    read: async (from, to) => {
      const some = rows.slice(from, to);
      const offsets = [0, ...some.map((_, at) => some.slice(0, at + 1).flat().length)];
      const all = some.flat();
      return {
        offsets: Float64Array.from(offsets),
        indices: Float64Array.from(all, ([index]) => index),
        weights: Float32Array.from(all, ([, weight]) => weight),
      };
    },
  };
  const query = sparseVector(Uint32Array.of(3, 1), Float32Array.of(0.5, 0.5));

  it('are sums over common terms', async () => {
    expect([...(await captionScores(reader, query, [3, 2, 1, 0]))]).toEqual([2, 2.5, 0, 1]);
  });

  it('find the best, equal ones by ordinal, and none without a common term', async () => {
    const all = await bestCaptions(reader, query, { limit: 2 });
    expect(all.best).toEqual([2, 3]);
    expect([...all.scores]).toEqual([
      [0, 1],
      [2, 2.5],
      [3, 2],
    ]);
    expect((await bestCaptions(reader, query, { limit: 9, among: [0, 1] })).best).toEqual([0]);
  });
});
