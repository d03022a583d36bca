import type { CaptionGraph, ImageGraph, Matcher, WorkOptions } from '../../shared/model/index.ts';

/** Images prepared at a time: bounds the memory, whatever the size of the split. */
const IMAGE_BLOCK = 500;

/** Rows of a similarity matrix. */
export interface SimilarityRows {
  /** First image of these rows. */
  readonly from: number;
  readonly images: number;
  /** `[images, captions]`, GSMN scores. */
  readonly similarities: Float32Array;
}

/** Matches every image with every caption, a block of images at a time. */
export async function* scoreRows(
  matcher: Matcher,
  images: readonly ImageGraph[],
  captions: readonly CaptionGraph[],
  { signal, onProgress }: WorkOptions = {},
): AsyncGenerator<SimilarityRows> {
  const total = images.length * captions.length;
  for (let from = 0; from < images.length; from += IMAGE_BLOCK) {
    const block = images.slice(from, from + IMAGE_BLOCK);
    const prepared = await matcher.prepareImages(block);
    try {
      const scores = await matcher.score(prepared, captions, undefined, {
        signal,
        onProgress: (done) => onProgress?.(from * captions.length + done, total),
      });
      const similarities = scores.imageToText.map(
        (score, pair) => score + (scores.textToImage[pair] ?? Number.NaN),
      );
      yield { from, images: block.length, similarities };
    } finally {
      prepared.dispose();
    }
  }
}

/** The whole matrix `[images, captions]`. */
export async function scoreMatrix(
  matcher: Matcher,
  images: readonly ImageGraph[],
  captions: readonly CaptionGraph[],
  options: WorkOptions = {},
): Promise<Float32Array> {
  const matrix = new Float32Array(images.length * captions.length);
  for await (const rows of scoreRows(matcher, images, captions, options)) {
    matrix.set(rows.similarities, rows.from * captions.length);
  }
  return matrix;
}
