/**
 * Ranks of the images for one caption, best first: the column of a `[images, captions]` matrix, equal scores ordered by
 * image number.
 */
export function rankImages(
  scores: Float32Array,
  images: number,
  captions: number,
  caption: number,
): number[] {
  const column = Float32Array.from(
    { length: images },
    (_, image) => scores[image * captions + caption] as number,
  );
  return Array.from({ length: images }, (_, image) => image).sort(
    (a, b) => (column[b] as number) - (column[a] as number) || a - b,
  );
}

/**
 * What a search returns for every caption: the first `length` images by the coarse score, sorted by the fused score,
 * then all others sorted by the coarse score. The result is a matrix `[images, captions]` of scores with that order, so
 * that recall@K can be computed from it.
 */
export function cascadeScores(
  coarse: Float32Array,
  fused: Float32Array,
  images: number,
  captions: number,
  length: number,
): Float32Array {
  const out = new Float32Array(coarse.length);
  for (let caption = 0; caption < captions; caption++) {
    const order = rankImages(coarse, images, captions, caption);
    const score = (image: number): number => fused[image * captions + caption] as number;
    // A stable sort: equal fused scores keep the coarse order, as in a search.
    const listed = order.slice(0, length).sort((a, b) => score(b) - score(a));
    for (const [rank, image] of [...listed, ...order.slice(length)].entries()) {
      out[image * captions + caption] = -rank;
    }
  }
  return out;
}
