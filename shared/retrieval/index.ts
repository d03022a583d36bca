export { selectBagWords } from './bag-words.ts';
export { BestImages, type ComparedImage } from './best-images.ts';
export { CENTRED_POOLING_WARNING, fitCentredPooling } from './centred-pooling.ts';
export type { CaptionedImage } from './coarse-covariance.ts';
export type { CoarseHead, CoarseImageInput, CoarseTextInput } from './coarse-head.ts';
export { coarseScores } from './coarse-scores.ts';
export { COARSE_DEFAULTS, correlationHead, fitCoarseHead, ridgeHead, sumUp } from './fit-coarse-head.ts';
export {
  type FittedWeight,
  fitFusionWeight,
  fusedScore,
  fuseScores,
  fusionWeight,
  type PairedScores,
  RANKING_DEFAULTS,
  scoreSpread,
} from './fusion.ts';
export type { FeatureLayout } from './pooled-features.ts';
export { parseCoarseHead } from './projection-head.ts';
export {
  CAPTIONS_PER_IMAGE,
  type DirectionMetrics,
  oneDecimal,
  type RecallMetrics,
  recallMetrics,
  releasedLines,
} from './recall-metrics.ts';
export { cascadeScores, rankImages } from './shortlist.ts';
export type { StoredCoarseHead } from './stored-head.ts';
