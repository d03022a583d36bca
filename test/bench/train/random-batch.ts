import type { TrainingBatch } from '../../../shared/gsmn/training/index.ts';
import type { ModelConfig, Propagation } from '../../../shared/schema/index.ts';
import { randomBoxes, randomNumbers, seededRandom } from '../../support/random.ts';

/** R */
export const REGIONS = 36;

/** A network with the released proportions. */
export function benchConfig(
  jointSize: number,
  imageFeatureSize: number,
  propagation: Propagation,
): ModelConfig {
  return {
    imageFeatureSize,
    vocabularySize: 8000,
    wordEmbeddingSize: 300,
    jointSize,
    blocks: 16,
    kernels: 8,
    hiddenSize: 32,
    layers: 1,
    bidirectional: true,
    normalizeImages: true,
    normalizeCaptions: true,
    softmaxTemperature: 20,
    sparse: false,
    propagation,
  };
}

/** Captions of 5 to 23 words, 14 on average, as in Flickr30K. */
export function randomBatch(config: ModelConfig, size: number, seed: number): TrainingBatch {
  const random = seededRandom(seed);
  const captions = Array.from({ length: size }, () =>
    Array.from({ length: 5 + Math.floor(random() * 19) }, () => Math.floor(random() * config.vocabularySize)),
  );
  return {
    features: randomNumbers(random, size * REGIONS * config.imageFeatureSize),
    boxes: captions.map(() => randomBoxes(random, REGIONS)),
    captions,
    dependencies: captions.map(() => undefined),
  };
}
