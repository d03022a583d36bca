export { captionBatch } from './caption-batch.ts';
export { runGru } from './gru.ts';
export { imageBatch, imageLayout } from './image-batch.ts';
export { encodeRegions, imageEncoderWeights } from './image-encoder.ts';
export { type NetworkTensors, uploadParameters } from './network-tensors.ts';
export { matchingWeights, matchPairs } from './pair-matching.ts';
export { encodeWords, textEncoderWeights } from './text-encoder.ts';
export { createTfjsEncoder } from './tfjs-encoder.ts';
export { createTfjsMatcher } from './tfjs-matcher.ts';
