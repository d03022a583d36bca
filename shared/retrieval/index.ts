export { coarseScores } from './coarse-scores.ts';
export { concatenateEncoders } from './concatenated.ts';
export { selectBagWords } from './fit/bag-words.ts';
export { CENTRED_POOLING_WARNING, fitCentredPooling } from './fit/centred-pooling.ts';
export type { CaptionedImage } from './fit/covariance.ts';
export {
  COARSE_DEFAULTS,
  correlationProjection,
  fitProjection,
  ridgeProjection,
  sumUp,
} from './fit/fit-projection.ts';
export {
  fitPrincipalParts,
  mapOfVectors,
  type PrincipalParts,
  principalComponents,
} from './fit/principal-parts.ts';
export { fitReducedRank, type ReducedRank } from './fit/reduced-rank.ts';
export {
  type FittedWeight,
  fitFusionWeight,
  fuseScores,
  fusionWeight,
  type PairedScores,
  RANKING_DEFAULTS,
  scoreSpread,
} from './fusion.ts';
export { openImageEncoder, openRecallEncoder } from './open-recall-encoder.ts';
export { readPretrained, storePretrained } from './pretrained.ts';
export type { FeatureLayout } from './projection/feature-layout.ts';
export type { StoredProjection } from './projection/stored-projection.ts';
export {
  assertRecallInputs,
  type RecallEncoder,
  type RecallImage,
  type RecallImageEncoder,
  type RecallInput,
  type RecallPixels,
  type RecallText,
  type RecallTextEncoder,
  type StoredRecallEncoder,
} from './recall-encoder.ts';
export {
  type CaptionImages,
  type DirectionMetrics,
  evenCaptionImages,
  oneDecimal,
  type RecallMetrics,
  recallMetrics,
  releasedLines,
} from './recall-metrics.ts';
export { encodeShortTextsBy, type ShortTexts } from './short-texts.ts';
export { cascadeScores, rankImages } from './shortlist.ts';
export type { OpenEncoder } from './stored-encoder.ts';
export { openTextEncoder } from './text-encoders.ts';
export { readDescription } from './word-sum/description.ts';
export { makeWordSum, type WordSumParts } from './word-sum/make-word-sum.ts';
export type { DescriptionPart, StoredWordSum } from './word-sum/stored-word-sum.ts';
export { wordsAndPairs } from './word-sum/text-word-sum.ts';
