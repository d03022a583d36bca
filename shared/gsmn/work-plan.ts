/** Consecutive images or captions, `[start, end)`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Memory of one piece of work on the backend, in bytes. */
const WORKSPACE = 96 * 2 ** 20;

/** Tensors of B·C·R·L·T numbers that exist at the same time while pairs are matched. */
const LIVE_TENSORS = 10;

/** Number of images and captions that are matched at once, so that they fit the workspace; at least one of each. */
export function pieceSizes(
  images: number,
  captions: number,
  numbersPerPair: number,
): { images: number; captions: number } {
  const pairs = Math.max(1, Math.floor(WORKSPACE / (4 * LIVE_TENSORS * numbersPerPair)));
  // About square: the work outside the pairs grows with images plus captions.
  const side = Math.max(1, Math.floor(Math.sqrt(pairs)));
  const captionPiece = Math.min(captions, Math.max(side, Math.floor(pairs / Math.max(1, images))));
  return { images: Math.min(images, Math.max(1, Math.floor(pairs / captionPiece))), captions: captionPiece };
}

/** 0 to `count` in spans of at most `size`. */
export function spans(count: number, size: number): Span[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, index) => ({
    start: index * size,
    end: Math.min((index + 1) * size, count),
  }));
}
