import { CAPTIONS_PER_IMAGE } from '../../../shared/retrieval/index.ts';
import type { ScoredFold } from '../run-evaluation.ts';
import type { ImageToTextQuery, Query, TextToImageQuery } from './query-record.ts';
import { topRanked } from './top-ranked.ts';

/** Answers of a query that are kept. */
const FOUND = 5;

/** Every query of a fold, in both directions, with its rank and what stands first; indices are those of the split. */
export function foldQueries(scored: ScoredFold, fold: number): Query[] {
  const images = Array.from(scored.metrics.imageToText.ranks, (_, image) => imageQuery(scored, fold, image));
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
  const own = Math.floor(caption / CAPTIONS_PER_IMAGE);
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
    caption: fold.captions[0] + caption,
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

function imageQuery({ fold, scores, metrics }: ScoredFold, number: number, image: number): ImageToTextQuery {
  const captions = metrics.textToImage.ranks.length;
  const start = image * captions;
  const scoreOf = (caption: number): number => scores[start + caption] ?? Number.NaN;
  const first = image * CAPTIONS_PER_IMAGE;
  const own = { values: scores, start: start + first, stride: 1, count: CAPTIONS_PER_IMAGE };
  const best = first + (topRanked(own, 1)[0] ?? 0);
  const [firstCaption] = fold.captions;
  return {
    direction: 'image-to-text',
    fold: number,
    image: fold.images[0] + image,
    caption: firstCaption + best,
    rank: (metrics.imageToText.ranks[image] ?? Number.NaN) + 1,
    score: scoreOf(best),
    found: topRanked({ values: scores, start, stride: 1, count: captions }, FOUND).map((caption) => ({
      caption: firstCaption + caption,
      score: scoreOf(caption),
      right: Math.floor(caption / CAPTIONS_PER_IMAGE) === image,
    })),
  };
}
