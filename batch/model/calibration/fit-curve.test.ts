import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, it } from 'vitest';
import { curveAt } from '../../../shared/retrieval/relevance.ts';
import { type AnsweredQuery, FALSE_ALARMS, fitCurve } from './fit-curve.ts';

/** Queries whose best hit has a higher score if there is an answer. */
function queries(count: number, sign = 1): AnsweredQuery[] {
  const random = xoroshiro128plus(5);
  return Array.from({ length: count }, (_, at) => {
    const isAnswerable = at % 2 === 0;
    const best = (isAnswerable ? 2 : 0) + 3 * uniformFloat64(random);
    const hits = [
      { score: sign * best, fits: isAnswerable },
      { score: sign * best - 1, fits: false },
    ];
    const kind = isAnswerable ? (at % 4 === 0 ? 'noun' : 'caption') : 'absent';
    const unknownShare = !isAnswerable && at % 3 === 0 ? 0.5 : 0;
    const bestOfPart = isAnswerable ? sign * best - sign * Math.log(4) : undefined;
    return { kind, isAnswerable, unknownShare, hits, bestOfPart };
  });
}

describe('fitCurve', () => {
  const all = queries(800);
  const curve = fitCurve(all);
  const best = ({ hits, unknownShare }: AnsweredQuery) => curveAt(curve, hits[0]?.score ?? 0, unknownShare);

  it('gives hits with higher scores and without unknown words a higher probability', () => {
    expect(curve.score).toBeGreaterThan(0);
    expect(curveAt(curve, 3, 0)).toBeGreaterThan(curveAt(curve, 1, 0));
    expect(curveAt(curve, 3, 0)).toBeGreaterThan(curveAt(curve, 3, 0.5));
  });

  it('doubts at most the promised share of each kind with an answer', () => {
    for (const kind of ['noun', 'caption']) {
      const own = all.filter((query) => query.kind === kind).map(best);
      const below = (threshold: number) => own.filter((value) => value < threshold).length / own.length;
      expect(below(curve.weak)).toBeLessThanOrEqual(FALSE_ALARMS.weak);
      expect(below(curve.none)).toBeLessThanOrEqual(FALSE_ALARMS.none);
    }
    const doubted = all.filter((query) => best(query) < curve.weak).length / all.length;
    expect(doubted).toBeGreaterThan(0.2);
    expect(curve.none).toBeLessThanOrEqual(curve.weak);
  });

  it('measures how the best score rises with the number of images', () => {
    expect(curve.growth).toBeCloseTo(1, 10);
    expect(fitCurve(queries(800, -1)).growth).toBe(0);
  });

  it('leaves a score out that counts against an image', () => {
    expect(fitCurve(queries(800, -1)).score).toBe(0);
  });
});
