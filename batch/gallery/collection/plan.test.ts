import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../test/support/error-code.ts';
import { type DrawingUnit, GALLERY_SPLITS, planSplit, usualCount } from './plan.ts';

const all = (): boolean => true;
const rows = (units: readonly DrawingUnit[]): number =>
  units.reduce((sum, { kind }) => sum + (kind === 'twins' ? 2 : 1), 0);

describe('planSplit', () => {
  it.each([
    ['train', 12_000, 2400],
    ['dev', 500, 100],
    ['test', 2000, 400],
  ] as const)('has the usual size for %s: %i images, including %i pairs of twins', (split, images, pairs) => {
    const units = planSplit(split, usualCount(split), 0, all);
    expect(rows(units)).toBe(images);
    expect(units.filter(({ kind }) => kind === 'twins')).toHaveLength(pairs);
  });

  it('gives each image its own row, in order', () => {
    let row = 0;
    for (const unit of planSplit('test', 37, 5, all)) {
      expect(unit.row).toBe(row);
      row += unit.kind === 'twins' ? 2 : 1;
    }
    expect(row).toBe(37);
  });

  it('uses no seed twice, over splits and seeds of the collection', () => {
    const seeds = [0, 1, 77].flatMap((seed) =>
      GALLERY_SPLITS.flatMap((split) => planSplit(split, usualCount(split), seed, all).map((u) => u.seed)),
    );
    expect(new Set(seeds).size).toBe(seeds.length);
  });

  it('skips a drawing that does not fit, and changes no other', () => {
    const first = planSplit('dev', 20, 0, all);
    const refused = first[7]?.seed;
    const second = planSplit('dev', 20, 0, (_kind, seed) => seed !== refused);
    expect(second.map(({ kind, row }) => ({ kind, row }))).toEqual(
      first.map(({ kind, row }) => ({ kind, row })),
    );
    expect(second.flatMap(({ seed }, index) => (seed === first[index]?.seed ? [] : [index]))).toEqual([7]);
  });

  it('fails if nothing fits', async () => {
    expect(await errorCode(() => planSplit('dev', 1, 0, () => false))).toBe('internal');
  });

  it.each([
    [0, 0],
    [1.5, 0],
    [60_000, 0],
    [10, -1],
    [10, 2_000_000],
  ])('refuses %d images with seed %d', async (count, seed) => {
    expect(await errorCode(async () => planSplit('test', count, seed, all))).toBe('argument_invalid');
  });
});
