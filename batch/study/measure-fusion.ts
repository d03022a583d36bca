import {
  type CaptionImages,
  cascadeScores,
  type FittedWeight,
  fitFusionWeight,
  fuseScores,
  fusionWeight,
  type PairedScores,
  type RecallMetrics,
  recallMetrics,
} from '../../shared/retrieval/index.ts';
import { DEPTHS } from './shortlist-recall.ts';

/** Text to image recall@K in percent. */
export type Recalls = readonly [r1: number, r5: number, r10: number];

/** Recall@K of a ranking: over all images, and over the shortlists of `DEPTHS`. */
export interface RankedRow {
  readonly name: string;
  readonly exhaustive: RecallMetrics;
  /** Text to image only: a shortlist belongs to a sentence. */
  readonly cascades: readonly Recalls[];
}

/** Standardised weights that have a row. */
const WEIGHTS = [0.25, 0.5, 1, 2, 4] as const;

/** Scores of pairs, and the image of each caption. */
export interface StudyPairs extends PairedScores {
  readonly captionImages: CaptionImages;
}

/** GSMN alone, fused scores, and the coarse score alone. */
export function rankedRows(pairs: StudyPairs): RankedRow[] {
  const { gsmn, coarse } = pairs;
  return [
    rankedRow('GSMN', gsmn, pairs),
    ...WEIGHTS.map((standardised) => {
      const fused = fuseScores(gsmn, coarse, fusionWeight(pairs, standardised));
      return rankedRow(`GSMN + ${standardised} coarse`, fused, pairs);
    }),
    rankedRow('coarse', coarse, pairs),
  ];
}

function rankedRow(
  name: string,
  scores: Float32Array,
  { coarse, images, captions, captionImages }: StudyPairs,
): RankedRow {
  const metrics = (ranked: Float32Array): RecallMetrics => recallMetrics(ranked, images, captionImages);
  return {
    name,
    exhaustive: metrics(scores),
    cascades: DEPTHS.map((depth) => {
      const { r1, r5, r10 } = metrics(cascadeScores(coarse, scores, images, captions, depth)).textToImage;
      return [r1, r5, r10];
    }),
  };
}

/** A weight fitted on the captions of some photographs, and its effect on those of the others. */
export interface CrossFit {
  /** Fitted on each half. */
  readonly halves: readonly FittedWeight[];
  /** Fitted on all: the weight of a model prepared with this data. */
  readonly all: FittedWeight;
  /** Each caption ranked with the weight fitted on the half that it is not in. */
  readonly row: RankedRow;
}

/**
 * Fits the weight on the captions of every other photograph and evaluates it on the rest, in both directions, so that
 * no caption is evaluated with a weight that it helped to fit. All images stay in the gallery.
 */
export function crossFit(pairs: StudyPairs): CrossFit {
  const { gsmn, coarse, captions, captionImages } = pairs;
  const half = (caption: number): number => (captionImages[caption] ?? 0) % 2;
  const every = Array.from({ length: captions }, (_, caption) => caption);
  const halves = [0, 1].map((side) =>
    fitFusionWeight(
      pairs,
      captionImages,
      every.filter((caption) => half(caption) !== side),
    ),
  );
  const fused = gsmn.map(
    (score, pair) =>
      score + (halves[half(pair % captions)]?.weight ?? Number.NaN) * (coarse[pair] ?? Number.NaN),
  );
  return {
    halves,
    all: fitFusionWeight(pairs, captionImages),
    row: rankedRow('GSMN + fitted coarse', fused, pairs),
  };
}
