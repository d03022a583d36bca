import { AppError } from '../../../shared/errors/index.ts';

/** The splits of the collection, in the order in which they are made: the vocabulary of all comes from `train`. */
export const GALLERY_SPLITS = ['train', 'dev', 'test'] as const;
export type GallerySplit = (typeof GALLERY_SPLITS)[number];

/** The default sizes of a split. */
interface SplitPlan {
  readonly images: number;
  /** Share of the images that belong to pairs of twins, which differ in only one thing. */
  readonly twins: number;
}

const PLANS: Readonly<Record<GallerySplit, SplitPlan>> = {
  train: { images: 12_000, twins: 0.4 },
  dev: { images: 500, twins: 0.4 },
  test: { images: 2000, twins: 0.4 },
};

/** A split that needs more seeds would use those of another try. */
export const MOST_IMAGES = 50_000;
export const MOST_SEED = 1_000_000;
/** Drawings that are tried for a row before giving up. */
const TRIES = 20;
/** From here on no collection has a seed. */
export const UNUSED_SEED = (MOST_SEED + 1) * GALLERY_SPLITS.length * TRIES * MOST_IMAGES;

/** One call of the drawing: an image, or a pair of twins in two consecutive rows. */
export interface DrawingUnit {
  readonly kind: 'image' | 'twins';
  /** The row of its first image. */
  readonly row: number;
  readonly seed: number;
}

/** Default number of images in a split. */
export function usualCount(split: GallerySplit): number {
  return PLANS[split].images;
}

/** Whether a drawing is accepted. */
export type Fits = (kind: DrawingUnit['kind'], seed: number) => boolean;

/**
 * The drawings of a split: pairs of twins spread evenly among single images. Each has its own seeds, so that one that
 * does not fit changes no other; no two splits, rows or seeds of a collection share one.
 *
 * @throws AppError `argument_invalid` for a count or seed out of range; `internal` if no drawing fits.
 */
export function planSplit(split: GallerySplit, count: number, seed: number, fits: Fits): DrawingUnit[] {
  assertRange('count', count, 1, MOST_IMAGES);
  assertRange('seed', seed, 0, MOST_SEED);
  const pairs = Math.floor((count * PLANS[split].twins) / 2);
  const total = count - pairs;
  const units: DrawingUnit[] = [];
  for (let index = 0, row = 0; index < total; index++) {
    const pair = Math.floor(((index + 1) * pairs) / total) > Math.floor((index * pairs) / total);
    const kind = pair ? 'twins' : 'image';
    units.push({ kind, row, seed: firstFit(kind, firstSeed(split, seed) + index, fits) });
    row += pair ? 2 : 1;
  }
  return units;
}

function firstSeed(split: GallerySplit, seed: number): number {
  return (seed * GALLERY_SPLITS.length + GALLERY_SPLITS.indexOf(split)) * TRIES * MOST_IMAGES;
}

function firstFit(kind: DrawingUnit['kind'], first: number, fits: Fits): number {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const seed = first + attempt * MOST_IMAGES;
    if (fits(kind, seed)) return seed;
  }
  throw new AppError('internal', `none of ${TRIES} drawings from seed ${first} on fits the gallery`, {
    hint: 'choose another seed for the gallery',
  });
}

function assertRange(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new AppError(
    'argument_invalid',
    `the gallery's ${name} must be a whole number from ${least} to ${most}, not ${value}`,
  );
}
