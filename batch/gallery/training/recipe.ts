import type { Propagation } from '../../../shared/schema/index.ts';
import type { TrainingSettings } from '../../training/training-settings.ts';

/**
 * How the built-in model is trained (docs/gallery.md says what was tried). Small batches, because twins are hard: in batches of
 * 64 and after a short warm-up the worst partner is so often a twin that all scores become equal.
 */
export function galleryRecipe(propagation: Propagation, seed: number): TrainingSettings {
  return {
    margin: 0.2,
    epochs: 3,
    batchSize: 32,
    wordEmbeddingSize: 128,
    jointSize: 256,
    gradientClip: 2,
    layers: 1,
    learningRate: 0.0006,
    learningRateUpdate: 2,
    logStep: 100,
    validationStep: 100_000,
    maxViolation: true,
    warmupSteps: 400,
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
    featureDropout: 0,
    shortQueries: 0,
  };
}

/** Phrases of its captions that each image has as additional captions: in the second run, and when recall is fitted. */
export const GALLERY_SHORT_QUERIES = 2;

/** The second run, which starts from the network of the first: captions and short queries together (docs/gallery.md says what it brings). */
export function shortQueryRecipe(first: TrainingSettings): TrainingSettings {
  return {
    ...first,
    epochs: 1,
    learningRate: 0.00015,
    learningRateUpdate: 1,
    warmupSteps: 0,
    shortQueries: GALLERY_SHORT_QUERIES,
  };
}

/**
 * Length of the shortlist. Drawings are so similar that the recall encoder recalls less than of photographs (docs/gallery.md), and the
 * fused matcher takes 20 microseconds for each pair.
 */
export const GALLERY_SHORTLIST = 1000;
