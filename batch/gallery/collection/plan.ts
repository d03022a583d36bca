import { AppError } from '../../../shared/errors/index.ts';

/** The collection's splits, in the order in which they are made: `train` has the vocabulary of all. */
export const GALLERY_SPLITS = ['train', 'dev', 'test'] as const;
export type GallerySplit = (typeof GALLERY_SPLITS)[number];

/** What a split has when nothing else is asked for. */
interface SplitPlan {
  readonly pictures: number;
  /** Share of the pictures that belong to pairs of twins: alike but for one thing. */
  readonly twins: number;
  /** The first of the split's seeds below `SEEDS`; they go on to the next split's first. */
  readonly firstSeed: number;
}

const PLANS: Readonly<Record<GallerySplit, SplitPlan>> = {
  train: { pictures: 6000, twins: 0.3, firstSeed: 0 },
  dev: { pictures: 500, twins: 0.4, firstSeed: 500_000 },
  test: { pictures: 2000, twins: 0.4, firstSeed: 600_000 },
};

/** Seeds of drawings that one seed of a collection stands for. */
const SEEDS = 1_000_000;
/** A split that needs more seeds would reach into the next one's. */
export const MOST_PICTURES = 50_000;
export const MOST_SEED = 1_000_000;

/** One call of the drawing: a picture, or a pair of twins in two rows that follow each other. */
export interface DrawingUnit {
  readonly kind: 'picture' | 'twins';
  /** The row of its first picture. */
  readonly row: number;
  readonly seed: number;
}

/** Pictures of a split when nothing else is asked for. */
export function usualCount(split: GallerySplit): number {
  return PLANS[split].pictures;
}

/**
 * The drawings of a split: pairs of twins spread evenly among single pictures.
 *
 * @param candidates seeds that may be drawn, in order, for either kind: the first that fits is taken.
 * @throws AppError `argument_invalid` for a count or seed out of range; `internal` when no drawing fits any more.
 */
export function planSplit(
  split: GallerySplit,
  count: number,
  seed: number,
  fits: (kind: DrawingUnit['kind'], seed: number) => boolean,
): DrawingUnit[] {
  assertRange('count', count, 1, MOST_PICTURES);
  assertRange('seed', seed, 0, MOST_SEED);
  const { twins, firstSeed } = PLANS[split];
  const pairs = Math.floor((count * twins) / 2);
  const total = count - pairs;
  const units: DrawingUnit[] = [];
  let next = seed * SEEDS + firstSeed;
  for (let index = 0, row = 0; index < total; index++) {
    const pair = Math.floor(((index + 1) * pairs) / total) > Math.floor((index * pairs) / total);
    const kind = pair ? 'twins' : 'picture';
    const last = next + MOST_PICTURES;
    while (!fits(kind, next)) {
      if (++next === last)
        throw new AppError('internal', `no drawing fits row ${row} of the gallery's ${split} split`);
    }
    units.push({ kind, row, seed: next++ });
    row += pair ? 2 : 1;
  }
  return units;
}

function assertRange(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new AppError(
    'argument_invalid',
    `the gallery's ${name} must be a whole number from ${least} to ${most}, not ${value}`,
  );
}
