import type { Encoder, WorkOptions } from '../../shared/model/index.ts';
import { CAPTIONS_PER_IMAGE, type CaptionedImage } from '../../shared/retrieval/index.ts';
import { encodeCaptionGraphs, encodeImageGraphs, type ImageRows, imageBatch } from '../data/encode-split.ts';
import { scoringBoxes } from '../data/protocol-boxes.ts';
import type { Split } from '../data/split.ts';

/** At most `count` of the ordinals below `total`, evenly spaced, ascending. */
export function evenlySpaced(total: number, count: number): number[] {
  const taken = Math.min(total, count);
  return Array.from({ length: taken }, (_, index) => Math.floor((index * total) / taken));
}

/** Some images of a split as rows of their own. */
export function someRows(split: ImageRows, chosen: readonly number[]): ImageRows {
  const { regions, featureSize } = split;
  return {
    images: chosen.length,
    regions,
    featureSize,
    readFeatures: async (from, to) => {
      const size = regions * featureSize;
      const first = chosen[from] ?? 0;
      const last = chosen[to - 1] ?? 0;
      // Neighbours in the file are read at once; else one by one.
      if (last - first === to - 1 - from) return split.readFeatures(first, last + 1);
      const out = new Float32Array((to - from) * size);
      for (let row = from; row < to; row++) {
        const image = chosen[row] ?? 0;
        out.set(await split.readFeatures(image, image + 1), (row - from) * size);
      }
      return out;
    },
  };
}

/** Boxes `[chosen, R, 4]` of some images. */
export function someBoxes(split: Split, chosen: readonly number[]): Float32Array {
  const all = scoringBoxes(split.boxes, 'clean', false);
  const size = split.regions * 4;
  const out = new Float32Array(chosen.length * size);
  for (const [row, image] of chosen.entries())
    out.set(all.subarray(image * size, (image + 1) * size), row * size);
  return out;
}

/**
 * Captioned images of a split, encoded a batch at a time, so that the training data need not be in memory. Progress
 * counts images.
 */
export async function* captionedImages(
  encoder: Encoder,
  split: Split,
  chosen: readonly number[],
  { signal, onProgress }: WorkOptions = {},
): AsyncGenerator<CaptionedImage> {
  const { regions, featureSize } = split;
  const rows = someRows(split, chosen);
  const boxes = someBoxes(split, chosen);
  const batch = imageBatch(regions, featureSize);
  for (let from = 0; from < chosen.length; from += batch) {
    signal?.throwIfAborted();
    const to = Math.min(chosen.length, from + batch);
    const features = await rows.readFeatures(from, to);
    const some: ImageRows = { images: to - from, regions, featureSize, readFeatures: async () => features };
    const images = await encodeImageGraphs(
      encoder,
      some,
      boxes.subarray(from * regions * 4, to * regions * 4),
    );
    const ids = chosen.slice(from, to).flatMap((image) => captionsOf(split, image));
    const captions = await encodeCaptionGraphs(encoder, ids, undefined);
    for (const [index, graph] of images.entries()) {
      const size = regions * featureSize;
      const first = index * CAPTIONS_PER_IMAGE;
      yield {
        image: { regions, features: features.subarray(index * size, (index + 1) * size), ...graph },
        captions: ids.slice(first, first + CAPTIONS_PER_IMAGE).map((caption, at) => ({
          text: split.captionTexts?.[(chosen[from + index] ?? 0) * CAPTIONS_PER_IMAGE + at],
          ids: caption,
          words: captions[first + at]?.words ?? new Float32Array(),
        })),
      };
    }
    onProgress?.(to, chosen.length);
  }
}

/** The five captions of an image, as word ids. */
export function captionsOf(split: Split, image: number): readonly (readonly number[])[] {
  return split.captionIds.slice(image * CAPTIONS_PER_IMAGE, (image + 1) * CAPTIONS_PER_IMAGE);
}
