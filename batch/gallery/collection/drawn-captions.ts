import { drawPicture, drawTwins } from '../scenes/index.ts';
import { type DrawingUnit, type GallerySplit, planSplit, usualCount } from './plan.ts';

/** The captions of the drawings that were taken, so that no two pictures have all of theirs in common. */
export class DrawnCaptions {
  /** Every caption. */
  readonly captions: Set<string>;
  readonly #pictures: Set<string>;

  /** Begins with what others hold already. */
  constructor(before?: DrawnCaptions) {
    this.captions = new Set(before?.captions);
    this.#pictures = new Set(before === undefined ? [] : before.#pictures);
  }

  /** Takes a drawing unless one of its pictures has the same captions as one that was taken; says whether. */
  take(kind: DrawingUnit['kind'], seed: number): boolean {
    const pictures = captionsOf(kind, seed);
    const keys = pictures.map((captions) => captions.toSorted().join('\n'));
    if (new Set(keys).size < keys.length || keys.some((key) => this.#pictures.has(key))) return false;
    for (const key of keys) this.#pictures.add(key);
    for (const caption of pictures.flat()) this.captions.add(caption);
    return true;
  }
}

/** The captions of the usual `train` split of a seed, which the other splits are kept apart from. */
export function trainingCaptions(seed: number): DrawnCaptions {
  const drawn = new DrawnCaptions();
  planSplit('train', usualCount('train'), seed, (kind, drawing) => drawn.take(kind, drawing));
  return drawn;
}

/** The drawings of a split, each picture with captions of its own and, but for `train`, not those of a training picture. */
export function planDrawings(
  split: GallerySplit,
  count: number,
  seed: number,
  training: DrawnCaptions | undefined,
): DrawingUnit[] {
  const drawn = new DrawnCaptions(training);
  return planSplit(split, count, seed, (kind, drawing) => drawn.take(kind, drawing));
}

/** The captions of each picture of a drawing. */
function captionsOf(kind: DrawingUnit['kind'], seed: number): (readonly string[])[] {
  if (kind === 'picture') return [drawPicture(seed).captions];
  const { first, second } = drawTwins(seed);
  return [first.captions, second.captions];
}
