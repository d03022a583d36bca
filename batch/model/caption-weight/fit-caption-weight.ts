import { AppError } from '../../../shared/errors/index.ts';
import { fitFusionWeight, type PairedScores, recallMetrics } from '../../../shared/retrieval/index.ts';
import type { ToldImages } from './told-images.ts';

/** How often the right images come first, in percent. */
export interface ChannelFigures {
  readonly channels: 'pixels' | 'captions' | 'both';
  /** Captions: recall of the own image in the first 1, 5 and 10. */
  readonly r1: number;
  readonly r5: number;
  readonly r10: number;
  /** Nouns: the share of the first ten images that fit, or of as many as there are. */
  readonly p10: number;
}

export interface FittedCaptionWeight {
  /** What the score of captions counts beside a cosine. */
  readonly captionWeight: number;
  /** Of the two halves of the images. */
  readonly halves: readonly number[];
  readonly figures: readonly ChannelFigures[];
}

/** Fits on the captions of every other image, and on all: the latter is the result, the former measure what it brings. */
export function fitCaptionWeight(told: ToldImages, coarseWeight: number): FittedCaptionWeight {
  if (!(coarseWeight > 0)) {
    throw new AppError(
      'argument_invalid',
      'the model ranks without the coarse score, which captions are added to',
      {
        hint: 'prepare it with held-out captions: gsmn model prepare',
      },
    );
  }
  const { images, queries, captionQueries, pixels, captions } = told;
  const ofCaptions = (scores: Float32Array): Float32Array => columns(scores, queries.length, captionQueries);
  const pairs: PairedScores = {
    gsmn: ofCaptions(pixels),
    coarse: ofCaptions(captions),
    images,
    captions: captionQueries,
  };
  const own = Int32Array.from(
    { length: captionQueries },
    (_, query) => [...(queries[query]?.relevant ?? [])][0] ?? -1,
  );
  const every = Array.from({ length: captionQueries }, (_, query) => query);
  const half = (query: number): number => (own[query] as number) % 2;
  const weights = [0, 1].map(
    (side) =>
      fitFusionWeight(
        pairs,
        own,
        every.filter((query) => half(query) !== side),
      ).weight,
  );
  const all = fitFusionWeight(pairs, own).weight;
  // Captions by the half that they are not in; nouns are of both.
  const mean = ((weights[0] as number) + (weights[1] as number)) / 2;
  const both = pixels.map((score, pair) => {
    const query = pair % queries.length;
    const weight = query < captionQueries ? (weights[half(query)] as number) : mean;
    return score + weight * (captions[pair] as number);
  });
  const figuresOf = (channels: ChannelFigures['channels'], scores: Float32Array): ChannelFigures => {
    const { r1, r5, r10 } = recallMetrics(ofCaptions(scores), images, own).textToImage;
    return { channels, r1, r5, r10, p10: precision(scores, told) };
  };
  return {
    captionWeight: all / coarseWeight,
    halves: weights.map((weight) => weight / coarseWeight),
    figures: [figuresOf('pixels', pixels), figuresOf('captions', captions), figuresOf('both', both)],
  };
}

/** The first columns of a matrix. */
function columns(scores: Float32Array, all: number, first: number): Float32Array {
  return Float32Array.from({ length: (scores.length / all) * first }, (_, at) => {
    return scores[Math.floor(at / first) * all + (at % first)] as number;
  });
}

const FIRST = 10;

/** Mean precision of the first ten images of the nouns, in percent; equal scores in the order of the images. */
function precision(scores: Float32Array, { images, queries, captionQueries }: ToldImages): number {
  const nouns = queries.slice(captionQueries);
  let sum = 0;
  for (const [at, { relevant }] of nouns.entries()) {
    const scoreOf = (image: number): number => scores[image * queries.length + captionQueries + at] as number;
    const depth = Math.min(FIRST, relevant.size);
    const first = Array.from({ length: images }, (_, image) => image)
      .sort((a, b) => scoreOf(b) - scoreOf(a))
      .slice(0, depth);
    sum += first.filter((image) => relevant.has(image)).length / depth;
  }
  return (100 * sum) / Math.max(1, nouns.length);
}
