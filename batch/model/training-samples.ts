import type { Encoder, WorkOptions } from '../../shared/model/index.ts';
import type { CaptionedImage } from '../../shared/retrieval/index.ts';
import { captionsByImage } from '../data/caption-images.ts';
import { encodeCaptionGraphs, encodeImageGraphs, type ImageRows, imageBatch } from '../data/encode-split.ts';
import { recallImages } from '../data/recall-images.ts';
import type { Split } from '../data/split.ts';
import type { EpochTexts } from '../phrases/index.ts';

/** At most `count` of the ordinals below `total`, evenly spaced, ascending. */
export function evenlySpaced(total: number, count: number): number[] {
  const taken = Math.min(total, count);
  return Array.from({ length: taken }, (_, index) => Math.floor((index * total) / taken));
}

/** At most `count` images of a split that have captions, evenly spaced, ascending. */
export function someCaptioned(split: Pick<Split, 'images' | 'captionsOf'>, count: number): number[] {
  const captioned = Array.from({ length: split.images }, (_, image) => image).filter(
    (image) => split.captionsOf(image).length > 0,
  );
  return evenlySpaced(captioned.length, count).map((index) => captioned[index] as number);
}

/** Some images of a split as rows of their own. */
export function someRows(split: ImageRows, chosen: readonly number[]): ImageRows {
  const { regions, featureSize, whole, encoded } = split;
  return {
    images: chosen.length,
    regions,
    featureSize,
    readFeatures: readSome(chosen, regions * featureSize, (from, to) => split.readFeatures(from, to)),
    whole: whole && {
      size: whole.size,
      read: readSome(chosen, whole.size, (from, to) => whole.read(from, to)),
    },
    encoded: encoded && {
      by: encoded.by,
      size: encoded.size,
      read: readSome(chosen, encoded.size, (from, to) => encoded.read(from, to)),
    },
  };
}

type ReadRows = ImageRows['readFeatures'];

/** Reads some rows of `size` numbers, in ranges of their own. */
function readSome(chosen: readonly number[], size: number, read: ReadRows): ReadRows {
  return async (from, to) => {
    const first = chosen[from] ?? 0;
    const last = chosen[to - 1] ?? 0;
    // Neighbours in the file are read together; others one by one.
    if (last - first === to - 1 - from) return read(first, last + 1);
    const out = new Float32Array((to - from) * size);
    for (let row = from; row < to; row++) {
      const image = chosen[row] ?? 0;
      out.set(await read(image, image + 1), (row - from) * size);
    }
    return out;
  };
}

/** Boxes `[chosen, R, 4]` of some images. */
export function someBoxes(split: Split, chosen: readonly number[]): Float32Array {
  const size = split.regions * 4;
  const out = new Float32Array(chosen.length * size);
  for (const [row, image] of chosen.entries())
    out.set(split.boxes.subarray(image * size, (image + 1) * size), row * size);
  return out;
}

/**
 * Captioned images of a split with all their captions, encoded in batches, so that the training data need not be in memory. Progress counts
 * images.
 *
 * @param texts the captions of the split, or these and short queries.
 */
export async function* captionedImages(
  encoder: Encoder,
  split: Split,
  texts: EpochTexts,
  chosen: readonly number[],
  { signal, onProgress }: WorkOptions = {},
): AsyncGenerator<CaptionedImage> {
  const textsOf = captionsByImage(texts.images, split.images);
  const { regions, featureSize } = split;
  const rows = someRows(split, chosen);
  const boxes = someBoxes(split, chosen);
  const batch = imageBatch(regions, featureSize);
  for (let from = 0; from < chosen.length; from += batch) {
    signal?.throwIfAborted();
    const to = Math.min(chosen.length, from + batch);
    const features = await rows.readFeatures(from, to);
    const some: ImageRows = { images: to - from, regions, featureSize, readFeatures: async () => features };
    const graphs = await encodeImageGraphs(
      encoder,
      some,
      boxes.subarray(from * regions * 4, to * regions * 4),
    );
    const images = await recallImages(rows, from, graphs, features);
    const own = chosen.slice(from, to).map((image) => textsOf[image] ?? []);
    const ids = own.flat().map((text) => texts.ids[text] ?? []);
    const captions = await encodeCaptionGraphs(encoder, ids, undefined);
    let next = 0;
    for (const [index, image] of images.entries()) {
      const first = next;
      next += own[index]?.length ?? 0;
      yield {
        image,
        captions: ids.slice(first, next).map((caption, at) => ({
          text: split.captionTexts?.[own[index]?.[at] ?? -1],
          ids: caption,
          words: captions[first + at]?.words ?? new Float32Array(),
        })),
      };
    }
    onProgress?.(to, chosen.length);
  }
}
