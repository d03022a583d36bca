import { AppError } from '../errors/index.ts';

/** The image of each caption, `[captions]`. An image may have any number of captions, in any order. */
export type CaptionImages = Int32Array;

/** The same number of captions for every image, in the order of the images. */
export function evenCaptionImages(images: number, perImage: number): CaptionImages {
  return Int32Array.from({ length: images * perImage }, (_, caption) => Math.floor(caption / perImage));
}

/** Recall@K in percent. Ranks are zero-based; their median and mean count from one, as the released code prints them. */
export interface DirectionMetrics {
  readonly r1: number;
  readonly r5: number;
  readonly r10: number;
  readonly median: number;
  readonly mean: number;
  /**
   * Image to text: the rank of each image's best caption, or -1 for an image without captions, which no figure counts. Text to image:
   * the rank of each caption's image.
   */
  readonly ranks: Int32Array;
}

export interface RecallMetrics {
  readonly imageToText: DirectionMetrics;
  readonly textToImage: DirectionMetrics;
  /** Sum of the six values of recall@K. */
  readonly rsum: number;
}

/**
 * Recall@K of a similarity matrix `[images, captions]`, row-major, as the released evaluation counts it: an image counts by the best
 * of its captions; ranks come from an ascending argsort read backwards (of equal scores the later one comes first).
 *
 * @throws AppError `shape_mismatch`, `format_invalid` (scores that are not finite).
 */
export function recallMetrics(
  scores: Float32Array,
  images: number,
  captionImages: CaptionImages,
): RecallMetrics {
  const captions = captionImages.length;
  if (images < 1 || captions < 1 || scores.length !== images * captions) {
    throw new AppError(
      'shape_mismatch',
      `recall@K needs a score for each image and caption: ${scores.length} scores of ${images} images and ${captions} captions`,
    );
  }
  assertCaptionImages(captionImages, images);
  if (!scores.every(Number.isFinite)) {
    throw new AppError('format_invalid', 'the similarity matrix holds scores that are not finite');
  }
  const imageToText = new Int32Array(images).fill(-1);
  const textToImage = new Int32Array(captions);
  for (const [caption, image] of captionImages.entries()) {
    textToImage[caption] = rankOf(scores, caption, captions, images, image);
    const rank = rankOf(scores, image * captions, 1, captions, caption);
    const best = imageToText[image] as number;
    if (best < 0 || rank < best) imageToText[image] = rank;
  }
  const [i2t, t2i] = [directionMetrics(imageToText), directionMetrics(textToImage)];
  const rsum = i2t.r1 + i2t.r5 + i2t.r10 + t2i.r1 + t2i.r5 + t2i.r10;
  return { imageToText: i2t, textToImage: t2i, rsum };
}

/** Refuses captions of images that are not there. @throws AppError `shape_mismatch` */
export function assertCaptionImages(captionImages: CaptionImages, images: number): void {
  const wrong = captionImages.findIndex((image) => image < 0 || image >= images);
  if (wrong < 0) return;
  throw new AppError(
    'shape_mismatch',
    `caption ${wrong} belongs to image ${captionImages[wrong]}, but there are ${images} images`,
  );
}

/** Zero-based rank of item `index` among `count` scores at distance `stride`. */
function rankOf(scores: Float32Array, start: number, stride: number, count: number, index: number): number {
  const own = scores[start + index * stride] as number;
  let rank = 0;
  for (let other = 0; other < count; other++) {
    const score = scores[start + other * stride] as number;
    if (score > own || (score === own && other > index)) rank++;
  }
  return rank;
}

/** Recall@K, median and mean of zero-based ranks; -1 is none. */
function directionMetrics(ranks: Int32Array): DirectionMetrics {
  const sorted = ranks.filter((rank) => rank >= 0).sort();
  const within = (limit: number): number =>
    (100 * sorted.filter((rank) => rank < limit).length) / sorted.length;
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
  return {
    r1: within(1),
    r5: within(5),
    r10: within(10),
    median: Math.floor(median) + 1,
    mean: sorted.reduce((sum, rank) => sum + rank, 0) / sorted.length + 1,
    ranks,
  };
}

/** The lines that the released evaluation prints. */
export function releasedLines(metrics: RecallMetrics): string[] {
  const { imageToText: i2t, textToImage: t2i, rsum } = metrics;
  const line = ({ r1, r5, r10, median, mean }: DirectionMetrics): string =>
    [r1, r5, r10, median, mean].map(oneDecimal).join(' ');
  const average = ({ r1, r5, r10 }: DirectionMetrics): string => oneDecimal((r1 + r5 + r10) / 3);
  return [
    `Images: ${i2t.ranks.length}, Captions: ${t2i.ranks.length}`,
    `rsum: ${oneDecimal(rsum)}`,
    `Average i2t Recall: ${average(i2t)}`,
    `Image to text: ${line(i2t)}`,
    `Average t2i Recall: ${average(t2i)}`,
    `Text to image: ${line(t2i)}`,
  ];
}

/** Python's `%.1f`: exact halves go to the even digit, where JavaScript rounds them up. */
export function oneDecimal(value: number): string {
  const tie = Math.abs(value * 10) % 1 === 0.5 && Math.abs(value * 4) % 1 === 0;
  if (!tie) return value.toFixed(1);
  const below = Math.floor(value * 10);
  return ((below % 2 === 0 ? below : below + 1) / 10).toFixed(1);
}
