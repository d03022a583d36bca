/** How soon further occurrences stop to count, and how much long captions are discounted: the usual ones. */
const K1 = 1.2;
const B = 0.75;

/** What the weights of an image's terms depend on beside the image. */
export interface TermStatistics {
  /** Images that have any term. */
  readonly images: number;
  /** Terms of these images, on average. */
  readonly averageLength: number;
  /** By the index of a term: how many images have it. */
  readonly having: ReadonlyMap<number, number>;
}

/**
 * The weight of a term that occurs `count` times among an image's `length` terms: BM25 with its inverse document frequency (Robertson and
 * Zaragoza 2009, with 1 under the logarithm, so that no weight is negative). The sum over the terms of a query is the image's score.
 */
export function termWeight(
  index: number,
  count: number,
  length: number,
  { images, averageLength, having }: TermStatistics,
): number {
  const n = having.get(index) ?? 0;
  const rarity = Math.log(1 + (images - n + 0.5) / (n + 0.5));
  return (rarity * count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / averageLength));
}
