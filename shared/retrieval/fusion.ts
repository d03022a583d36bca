import { AppError } from '../errors/index.ts';
import { assertCaptionImages, type CaptionImages } from './recall-metrics.ts';

/** GSMN scores and coarse scores of the same pairs, `[images, captions]`, row-major. */
export interface PairedScores {
  readonly gsmn: Float32Array;
  readonly coarse: Float32Array;
  readonly images: number;
  readonly captions: number;
}

/** Weights that are tried, in standard deviations: what one of the coarse score counts in those of GSMN. */
const FUSION_GRID = [0, 0.125, 0.25, 0.375, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8] as const;

/**
 * How a search ranks if its model was not measured (docs/coarse-recall.md): the length of the shortlist, and the weight
 * of the coarse score in standard deviations if there are no held-out captions to fit it on. This weight helps both
 * weak and strong networks.
 */
export const RANKING_DEFAULTS = { shortlist: 100, standardisedWeight: 0.25 } as const;

/** What the captions' score of an image counts beside its cosine, if it was not fitted (docs/caption-search.md). */
export const DEFAULT_CAPTION_WEIGHT = 0.2;

/** What recall knows of an image: the cosine, and with a weight how well its captions fit. */
export function recallScore(coarse: number, captions: number, captionWeight: number): number {
  return coarse + captionWeight * captions;
}

/** The fused score, by which hits are sorted. */
export function fusedScore(gsmn: number, coarse: number, weight: number): number {
  return gsmn + weight * coarse;
}

/** `fusedScore`, pair by pair. */
export function fuseScores(gsmn: Float32Array, coarse: Float32Array, weight: number): Float32Array {
  return gsmn.map((score, pair) => fusedScore(score, coarse[pair] as number, weight));
}

/**
 * The standard deviation of a caption's scores over the images, averaged over the captions: the scale on which a score
 * tells images apart. It does not use which image is the right one.
 *
 * @throws AppError `argument_invalid` for fewer than two images, `format_invalid` when it is not positive.
 */
export function scoreSpread(scores: Float32Array, images: number, captions: number): number {
  if (images < 2 || captions < 1 || scores.length !== images * captions) {
    throw new AppError('argument_invalid', `a spread needs two images: ${images} x ${captions} scores`);
  }
  let total = 0;
  for (let caption = 0; caption < captions; caption++) {
    let mean = 0;
    for (let image = 0; image < images; image++) mean += scores[image * captions + caption] as number;
    mean /= images;
    let square = 0;
    for (let image = 0; image < images; image++)
      square += ((scores[image * captions + caption] as number) - mean) ** 2;
    total += Math.sqrt(square / images);
  }
  const spread = total / captions;
  if (!(spread > 0 && Number.isFinite(spread))) {
    throw new AppError(
      'format_invalid',
      `the scores of all images are the same or not finite (spread ${spread})`,
    );
  }
  return spread;
}

/** The weight for a standardised one: with 1, both scores have the same spread, whatever the scale of the model. */
export function fusionWeight(pairs: PairedScores, standardised: number): number {
  const { gsmn, coarse, images, captions } = pairs;
  return (standardised * scoreSpread(gsmn, images, captions)) / scoreSpread(coarse, images, captions);
}

/** 1 / rank of each caption's right image, text to image. */
function reciprocalRanks(
  scores: Float32Array,
  pairs: PairedScores,
  captionImages: CaptionImages,
  captions: readonly number[],
): Float64Array {
  return Float64Array.from(captions, (caption) => {
    const own = scores[(captionImages[caption] as number) * pairs.captions + caption] as number;
    let rank = 1;
    for (let image = 0; image < pairs.images; image++) {
      if ((scores[image * pairs.captions + caption] as number) > own) rank++;
    }
    return 1 / rank;
  });
}

/** A weight that was fitted. */
export interface FittedWeight {
  /** The factor of the coarse score. */
  readonly weight: number;
  /** The same in standard deviations. */
  readonly standardised: number;
  /** Of the captions it was fitted on. */
  readonly meanReciprocalRank: number;
}

/**
 * The weight that ranks the right images first, by the mean reciprocal rank of `captions` (all by default): the
 * smallest one that is not worse than the best by more than a standard error of their difference, with the captions of
 * one image counted together. Between weights that cannot be told apart, this prefers GSMN, which has evidence.
 *
 * Use captioned images that *neither* the network *nor* the recall encoder was fitted on, such as the `dev` split. The
 * network has nearly memorised its training captions, and a weight fitted there relies on it far too much
 * (docs/coarse-recall.md).
 *
 * @param captionImages of each caption of the pairs its right image.
 * @throws AppError `shape_mismatch`.
 */
export function fitFusionWeight(
  pairs: PairedScores,
  captionImages: CaptionImages,
  captions: readonly number[] = Array.from(captionImages.keys()),
): FittedWeight {
  if (captions.length === 0 || pairs.captions !== captionImages.length) {
    throw new AppError(
      'shape_mismatch',
      `a fusion weight needs captions and their images: ${pairs.captions} captions are scored, the images of ${captionImages.length} are known`,
    );
  }
  assertCaptionImages(captionImages, pairs.images);
  const unit = fusionWeight(pairs, 1);
  const tried = FUSION_GRID.map((standardised) => {
    const weight = standardised * unit;
    const ranks = reciprocalRanks(
      fuseScores(pairs.gsmn, pairs.coarse, weight),
      pairs,
      captionImages,
      captions,
    );
    return { standardised, weight, ranks, meanReciprocalRank: mean(ranks) };
  });
  const best = tried.reduce((a, b) => (b.meanReciprocalRank > a.meanReciprocalRank ? b : a));
  const chosen =
    tried.find(
      (one) =>
        best.meanReciprocalRank - one.meanReciprocalRank <=
        standardError(best.ranks, one.ranks, captionImages, captions),
    ) ?? best;
  const { weight, standardised, meanReciprocalRank } = chosen;
  return { weight, standardised, meanReciprocalRank };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard error of the mean difference of a and b, images as the independent units. */
function standardError(
  a: Float64Array,
  b: Float64Array,
  captionImages: CaptionImages,
  captions: readonly number[],
): number {
  const average = mean(a) - mean(b);
  const images = new Map<number, number>();
  for (const [at, caption] of captions.entries()) {
    const image = captionImages[caption] as number;
    const gap = (a[at] as number) - (b[at] as number) - average;
    images.set(image, (images.get(image) ?? 0) + gap);
  }
  let square = 0;
  for (const sum of images.values()) square += sum * sum;
  return Math.sqrt(square) / captions.length;
}
