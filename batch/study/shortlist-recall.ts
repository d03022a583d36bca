import { type CaptionImages, rankImages } from '../../shared/retrieval/index.ts';

/** The lengths of shortlists in the tables. */
export const DEPTHS = [20, 50, 100, 200] as const;

/** Percentages, one for each depth. */
export interface ShortlistRecall {
  /** Share of captions whose best image by exhaustive GSMN is in the shortlist. */
  readonly top1: readonly number[];
  /** Share of GSMN's ten best images of each caption that are in its shortlist. */
  readonly top10: readonly number[];
  /** Share of captions whose right image is in the shortlist. */
  readonly right: readonly number[];
}

/** How many of exhaustive GSMN's first images and of the right images an encoder's shortlists contain. */
export function shortlistRecall(
  coarse: Float32Array,
  gsmn: Float32Array,
  images: number,
  captionImages: CaptionImages,
): ShortlistRecall {
  const sums = DEPTHS.map(() => ({ top1: 0, top10: 0, right: 0 }));
  const top = Math.min(10, images);
  const captions = captionImages.length;
  for (const [caption, right] of captionImages.entries()) {
    const best = rankImages(gsmn, images, captions, caption).slice(0, top);
    const order = rankImages(coarse, images, captions, caption);
    for (const [index, depth] of DEPTHS.entries()) {
      const list = new Set(order.slice(0, depth));
      const sum = sums[index];
      if (sum === undefined) continue;
      if (list.has(best[0] ?? -1)) sum.top1++;
      sum.top10 += best.filter((image) => list.has(image)).length / top;
      if (list.has(right)) sum.right++;
    }
  }
  const percent = (key: 'top1' | 'top10' | 'right'): number[] =>
    sums.map((sum) => (100 * sum[key]) / captions);
  return { top1: percent('top1'), top10: percent('top10'), right: percent('right') };
}
