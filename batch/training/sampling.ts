import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { CaptionImages } from '../../shared/retrieval/index.ts';
import { captionsByImage } from '../data/caption-images.ts';

/** Captions that share a batch: a single one, or those of two images that differ only in a binding. */
type Unit = readonly number[];

/**
 * The captions of one epoch in batches, shuffled by seed and epoch only, so that a resumed run finds its place. A last batch of one
 * caption has no wrong partner and is left out.
 *
 * @param captionImages the image of each caption.
 * @param twins pairs of images that the network should learn to tell apart: the first caption of one is in the same batch as the
 *   first of the other, and so on, each the other's hardest wrong partner.
 */
export function epochBatches(
  captionImages: CaptionImages,
  batchSize: number,
  { seed, epoch }: { readonly seed: number; readonly epoch: number },
  twins: readonly (readonly [number, number])[] = [],
): number[][] {
  const units = shuffled(captionUnits(captionImages, twins), seed, epoch);
  const batches: number[][] = [];
  let batch: number[] = [];
  const waiting: Unit[] = [];
  const place = (unit: Unit): void => {
    if (batch.length + unit.length > batchSize) {
      waiting.push(unit);
      return;
    }
    batch.push(...unit);
    if (batch.length < batchSize) return;
    batches.push(batch);
    batch = [];
    // What did not fit at the end is first in the next batch.
    for (const held of waiting.splice(0)) place(held);
  };
  for (const unit of units) place(unit);
  // Too few single captions were left to fill the gaps: these pairs are distributed over one more batch.
  const rest = [...batch, ...waiting.flat()];
  for (let from = 0; from < rest.length; from += batchSize) batches.push(rest.slice(from, from + batchSize));
  return batches.filter((own) => own.length > 1);
}

function captionUnits(captionImages: CaptionImages, twins: readonly (readonly [number, number])[]): Unit[] {
  const twinOf = new Map<number, number>();
  for (const [first, second] of twins) twinOf.set(first, second).set(second, first);
  const images = captionImages.reduce((most, image) => Math.max(most, image + 1), 0);
  const ofImages = captionsByImage(captionImages, images);
  const units: Unit[] = [];
  for (const [caption, image] of captionImages.entries()) {
    const twin = twinOf.get(image);
    const place = ofImages[image]?.indexOf(caption) ?? -1;
    const counterpart = twin === undefined ? undefined : ofImages[twin]?.[place];
    if (counterpart === undefined) units.push([caption]);
    else if (caption < counterpart) units.push([caption, counterpart]);
  }
  return units;
}

/** Fisher and Yates. */
export function shuffled<T>(items: readonly T[], seed: number, epoch: number): T[] {
  // Very different for neighbouring seeds and epochs.
  const generator = xoroshiro128plus((Math.imul(seed, 0x9e3779b1) ^ Math.imul(epoch + 1, 0x85ebca6b)) | 0);
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = uniformInt(generator, 0, last);
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}
