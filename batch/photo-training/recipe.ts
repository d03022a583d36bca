import type { TrainingSettings } from '../training/training-settings.ts';

/** How the network of photographs is trained (docs/photo-training.md says what was tried). Word embeddings start from word vectors. */
export function photoNetworkRecipe(seed: number): TrainingSettings {
  return {
    margin: 0.2,
    epochs: 6,
    batchSize: 64,
    wordEmbeddingSize: 100,
    jointSize: 128,
    gradientClip: 2,
    layers: 1,
    learningRate: 0.001,
    learningRateUpdate: 4,
    logStep: 100,
    validationStep: 100_000,
    maxViolation: true,
    warmupSteps: 200,
    normalizeImages: true,
    normalizeCaptions: true,
    bidirectional: true,
    softmaxTemperature: 20,
    blocks: 16,
    hiddenSize: 32,
    sparse: false,
    propagation: 'self',
    seed,
    saveStep: 500,
    validationImages: 500,
    twins: false,
    featureDropout: 0.3,
    shortQueries: 0,
  };
}

/** A word of the vocabulary is in that many captions, so that its vector is not the only thing that is known of it. */
export const FEWEST_CAPTIONS_OF_A_WORD = 2;
