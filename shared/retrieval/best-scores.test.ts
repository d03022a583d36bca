import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../test/support/random.ts';
import { BestScores } from './best-scores.ts';

const SEED = 20261204;

describe(`the best of scored ids (seed ${SEED})`, () => {
  const random = seededRandom(SEED);

  it.each([0, 1, 2, 7, 50, 1000])('are the first %i of all, sorted', (limit) => {
    for (let run = 0; run < 20; run++) {
      const count = Math.floor(random() * 200);
      // Few different scores, so that there are many ties; ids in any order.
      const offered = Array.from({ length: count }, (_, id) => ({
        id,
        score: Math.floor(random() * 12) - 6,
      }));
      offered.sort(() => random() - 0.5);
      const best = new BestScores(limit);
      const kept: string[] = [];
      for (const { id, score } of offered) {
        const slot = best.offer(id, score);
        if (slot === undefined) continue;
        expect(slot).toBeLessThan(limit);
        kept[slot] = `${id}: ${score}`;
      }
      const sorted = offered.toSorted((a, b) => b.score - a.score || a.id - b.id).slice(0, limit);
      const ranked = best.ranked();
      expect(ranked.map(({ id, score }) => ({ id, score }))).toEqual(sorted);
      // What the caller kept by slots belongs to the ids that are left.
      expect(ranked.map(({ slot }) => kept[slot])).toEqual(sorted.map(({ id, score }) => `${id}: ${score}`));
    }
  });

  it('have a least score, below which nothing is taken', () => {
    const best = new BestScores(2);
    expect(best.least).toBe(Number.NEGATIVE_INFINITY);
    best.offer(0, 3);
    expect(best.least).toBe(Number.NEGATIVE_INFINITY);
    best.offer(1, 5);
    expect(best.least).toBe(3);
    expect(best.offer(2, 2.9)).toBeUndefined();
    expect(best.offer(2, 4)).toBe(0);
    expect(best.least).toBe(4);
    expect(new BestScores(0).offer(0, 1)).toBeUndefined();
  });

  it('order equal scores as they are told to', () => {
    const names = ['b', 'd', 'a', 'c'];
    const best = new BestScores(2, (a, b) => ((names[a] ?? '') < (names[b] ?? '') ? -1 : 1));
    for (const id of names.keys()) best.offer(id, 1);
    expect(best.ranked().map(({ id }) => names[id])).toEqual(['a', 'b']);
  });

  it('never hold NaN', () => {
    const best = new BestScores(3);
    expect(best.offer(0, Number.NaN)).toBeUndefined();
    best.offer(1, Number.NEGATIVE_INFINITY);
    expect(best.ranked().map(({ id }) => id)).toEqual([1]);
  });
});
