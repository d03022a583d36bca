import { AppError } from '../../../shared/errors/index.ts';
import type { CaptionImages } from '../../../shared/retrieval/index.ts';
import { captionsByImage } from '../../data/caption-images.ts';
import type { Twin } from '../../training/twins.ts';

/** How often the own image of a caption scores above its twin, which shows the same things with another binding. */
export interface BindingAccuracy {
  /** In percent; 50 is chance. */
  readonly all: number;
  /** In percent, by the kind of difference between the twins. */
  readonly byKind: Readonly<Record<string, number>>;
  /** Number of captions. */
  readonly captions: number;
}

/**
 * Checks for every caption of every twin whether its own image scores above the other one. Equal scores do not count as
 * above.
 *
 * @param scores `[images, captions]`
 * @param captionImages the image of each caption
 * @throws AppError `argument_invalid` without twins
 */
export function bindingAccuracy(
  scores: Float32Array,
  captionImages: CaptionImages,
  twins: readonly Twin[],
): BindingAccuracy {
  if (twins.length === 0) throw new AppError('argument_invalid', 'there are no twins to tell apart');
  const captions = captionImages.length;
  const ofImages = captionsByImage(captionImages, scores.length / captions);
  const counts = new Map<string, { right: number; asked: number }>();
  const ask = (own: number, other: number, kind: string): void => {
    const count = counts.get(kind) ?? { right: 0, asked: 0 };
    counts.set(kind, count);
    for (const caption of ofImages[own] ?? []) {
      const [mine, its] = [scores[own * captions + caption], scores[other * captions + caption]];
      count.asked += 1;
      if ((mine ?? Number.NaN) > (its ?? Number.NaN)) count.right += 1;
    }
  };
  for (const { kind, first, second } of twins) {
    ask(first, second, kind);
    ask(second, first, kind);
  }
  const percent = ({ right, asked }: { right: number; asked: number }): number => (100 * right) / asked;
  const total = { right: 0, asked: 0 };
  for (const { right, asked } of counts.values()) {
    total.right += right;
    total.asked += asked;
  }
  const kinds = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    all: percent(total),
    byKind: Object.fromEntries(kinds.map(([kind, count]) => [kind, percent(count)])),
    captions: total.asked,
  };
}
