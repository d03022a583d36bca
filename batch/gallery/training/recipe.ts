import type { Propagation } from '../../../shared/schema/index.ts';
import type { TrainingSettings } from '../../training/training-settings.ts';

/** How the shipped model is trained. docs/gallery.md says what was tried. */
export function galleryRecipe(propagation: Propagation, seed: number): TrainingSettings {
  return {
    margin: 0.2,
    epochs: 8,
    batchSize: 64,
    wordEmbeddingSize: 128,
    jointSize: 256,
    gradientClip: 2,
    layers: 1,
    learningRate: 0.001,
    learningRateUpdate: 6,
    logStep: 50,
    validationStep: 100_000,
    maxViolation: true,
    warmupSteps: 150,
    normalizeImages: true,
    normalizeCaptions: true,
    bidirectional: true,
    softmaxTemperature: 10,
    blocks: 16,
    hiddenSize: 32,
    sparse: false,
    propagation,
    seed,
    saveStep: 500,
    twins: true,
  };
}
