import { captionsByImage } from '../../data/caption-images.ts';
import type { ScoredFold } from '../run-evaluation.ts';
import type { ImageToTextQuery, Query, TextToImageQuery } from './query.ts';

/** Number of answers that are kept for a query. */
const FOUND = 5;

/**
 * Every query of a fold, in both directions (an image without captions is not a query), with its rank and its first
 * answers; indices are those of the split.
 */
export function foldQueries(scored: ScoredFold, fold: number): Query[] {
  const own = captionsByImage(scored.fold.captionImages, scored.metrics.imageToText.ranks.length);
  const images = own.flatMap((captions, image) =>
    captions.length === 0 ? [] : [imageQuery(scored, fold, image, captions)],
  );
  const captions = Array.from(scored.metrics.textToImage.ranks, (_, caption) =>
    captionQuery(scored, fold, caption),
  );
  return [...captions, ...images];
}

function captionQuery(
  { fold, scores, metrics }: ScoredFold,
  number: number,
  caption: number,
): TextToImageQuery {
  const captions = metrics.textToImage.ranks.length;
  const own = fold.captionImages[caption] ?? -1;
  const scoreOf = (image: number): number => scores[image * captions + caption] ?? Number.NaN;
  const column = {
    values: scores,
    start: caption,
    stride: captions,
    count: metrics.imageToText.ranks.length,
  };
  const [firstImage] = fold.images;
  return {
    direction: 'text-to-image',
    fold: number,
    caption: fold.captions[caption] ?? -1,
    image: firstImage + own,
    rank: (metrics.textToImage.ranks[caption] ?? Number.NaN) + 1,
    score: scoreOf(own),
    found: topRanked(column, FOUND).map((image) => ({
      image: firstImage + image,
      score: scoreOf(image),
      right: image === own,
    })),
  };
}

function imageQuery(
  { fold, scores, metrics }: ScoredFold,
  number: number,
  image: number,
  own: readonly number[],
): ImageToTextQuery {
  const captions = metrics.textToImage.ranks.length;
  const start = image * captions;
  const scoreOf = (caption: number): number => scores[start + caption] ?? Number.NaN;
  // Of equal scores the later one, as in recall@K.
  const best = own.reduce((found, caption) => (scoreOf(caption) >= scoreOf(found) ? caption : found));
  return {
    direction: 'image-to-text',
    fold: number,
    image: fold.images[0] + image,
    caption: fold.captions[best] ?? -1,
    rank: (metrics.imageToText.ranks[image] ?? Number.NaN) + 1,
    score: scoreOf(best),
    found: topRanked({ values: scores, start, stride: 1, count: captions }, FOUND).map((caption) => ({
      caption: fold.captions[caption] ?? -1,
      score: scoreOf(caption),
      right: fold.captionImages[caption] === image,
    })),
  };
}

/** A row or a column of a similarity matrix, in place. */
interface Scores {
  readonly values: Float32Array;
  readonly start: number;
  /** Distance between two neighbouring scores. */
  readonly stride: number;
  readonly count: number;
}

/** The positions of the highest scores, best first; of equal scores the later position comes first, as in recall@K. */
export function topRanked({ values, start, stride, count }: Scores, limit: number): number[] {
  const best: number[] = [];
  const scoreAt = (position: number): number => values[start + position * stride] ?? Number.NEGATIVE_INFINITY;
  for (let position = 0; position < count; position++) {
    const score = scoreAt(position);
    let place = best.length;
    while (place > 0 && scoreAt(best[place - 1] ?? 0) <= score) place--;
    if (place >= limit) continue;
    best.splice(place, 0, position);
    best.length = Math.min(best.length, limit);
  }
  return best;
}
