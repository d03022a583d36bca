export { type CaptionBatch, captionBatch } from './caption-batch.ts';
export { type ImageBatch, imageBatch, imageLayout } from './image-batch.ts';
export { encodeRegions, type ImageEncoderWeights, imageEncoderWeights } from './image-encoder.ts';
export { contrastiveLoss } from './loss.ts';
export { type NetworkTensors, uploadParameters } from './network-tensors.ts';
export { type MatchingWeights, matchingWeights, matchPairs, type PairMatches } from './pair-matching.ts';
export { encodeWords, type TextEncoderWeights, textEncoderWeights } from './text-encoder.ts';
export { createTfjsEncoder } from './tfjs-encoder.ts';
export { createTfjsMatcher } from './tfjs-matcher.ts';
