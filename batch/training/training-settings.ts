import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import { type ModelConfig, propagationSchema } from '../../shared/schema/index.ts';

const count = z.number().int().positive();

/** The settings of a training run. The names in brackets are those of the released `train.py`. */
export const trainingSettingsSchema = z.object({
  /** (`margin`) */
  margin: z.number().positive(),
  /** (`num_epochs`) */
  epochs: count,
  /** (`batch_size`) captions in a step, each with its image. */
  batchSize: z.number().int().min(2),
  /** (`word_dim`) E */
  wordEmbeddingSize: count,
  /** (`embed_size`) D */
  jointSize: count,
  /** (`grad_clip`) largest global norm of the gradients; 0 for no limit. */
  gradientClip: z.number().min(0),
  /** (`num_layers`) of the GRU. */
  layers: count,
  /** (`learning_rate`) of Adam. */
  learningRate: z.number().positive(),
  /** (`lr_update`) epochs between divisions of the learning rate by 10. */
  learningRateUpdate: count,
  /** (`log_step`) steps between lines of the log. */
  logStep: count,
  /** (`val_step`) steps between validations within an epoch; each epoch ends with one. */
  validationStep: count,
  /** (`max_violation`) the worst wrong partner instead of all. */
  maxViolation: z.boolean(),
  /** With `max_violation`: first steps that use the mean over all wrong partners, from which a network can always learn. */
  warmupSteps: z.number().int().min(0),
  /** (`img_dim`) F; by default that of the data. */
  imageFeatureSize: count.optional(),
  /** (not `no_imgnorm`) */
  normalizeImages: z.boolean(),
  /** (not `no_txtnorm`) */
  normalizeCaptions: z.boolean(),
  /** (`bi_gru`) */
  bidirectional: z.boolean(),
  /** (`lambda_softmax`) λ */
  softmaxTemperature: z.number().positive(),
  /** (`num_block`, `feat_dim`) T */
  blocks: count,
  /** (`hid_dim`) H */
  hiddenSize: count,
  /** (`is_sparse`) */
  sparse: z.boolean(),
  propagation: propagationSchema,
  seed: z.number().int().min(0).max(0x7fffffff),
  /** Steps between saves of the run's state; it is also saved at every validation and when the run is stopped. */
  saveStep: count,
  /** Number of first images of the development split for validations; 1,000 by default. */
  validationImages: count.optional(),
  /** Whether images of `{split}_twins.json` share batches. */
  twins: z.boolean(),
  /** Share of the numbers of region features that a step does not see (Srivastava et al. 2014). */
  featureDropout: z.number().min(0).lt(1),
  /** Phrases of its captions that each image has as additional captions in an epoch (`openShortQueries`). */
  shortQueries: z.number().int().min(0),
});
export type TrainingSettings = z.infer<typeof trainingSettingsSchema>;

/** Gaussian kernels of the graph convolution, fixed in the released code. */
const KERNELS = 8;

/** The network that the settings describe, for data of F features and a vocabulary of V words. @throws AppError */
export function networkConfig(
  settings: TrainingSettings,
  featureSize: number,
  vocabularySize: number,
): ModelConfig {
  const { imageFeatureSize, jointSize, blocks, hiddenSize } = settings;
  if (imageFeatureSize !== undefined && imageFeatureSize !== featureSize) {
    throw new AppError(
      'shape_mismatch',
      `the data has ${featureSize} features a region, --img_dim says ${imageFeatureSize}`,
      { hint: 'leave --img_dim out: it is taken from the data' },
    );
  }
  const divides = (name: string, whole: number, parts: number): void => {
    if (whole % parts === 0) return;
    throw new AppError('argument_invalid', `--${name} ${whole} cannot be divided by ${parts}`, {
      hint: 'embed_size must be a multiple of num_block, hid_dim one of 8 kernels',
    });
  };
  divides('embed_size', jointSize, blocks);
  divides('hid_dim', hiddenSize, KERNELS);
  return {
    imageFeatureSize: featureSize,
    vocabularySize,
    wordEmbeddingSize: settings.wordEmbeddingSize,
    jointSize,
    blocks,
    kernels: KERNELS,
    hiddenSize,
    layers: settings.layers,
    bidirectional: settings.bidirectional,
    normalizeImages: settings.normalizeImages,
    normalizeCaptions: settings.normalizeCaptions,
    softmaxTemperature: settings.softmaxTemperature,
    sparse: settings.sparse,
    propagation: settings.propagation,
  };
}

/** The settings that are not in the network's configuration, by their released names if they have one. */
export function releasedOptions(
  settings: TrainingSettings,
): Record<string, string | number | boolean | null> {
  return {
    margin: settings.margin,
    num_epochs: settings.epochs,
    batch_size: settings.batchSize,
    grad_clip: settings.gradientClip,
    learning_rate: settings.learningRate,
    lr_update: settings.learningRateUpdate,
    log_step: settings.logStep,
    val_step: settings.validationStep,
    max_violation: settings.maxViolation,
    warmup_steps: settings.warmupSteps,
    seed: settings.seed,
    twins: settings.twins,
    feature_dropout: settings.featureDropout,
    short_queries: settings.shortQueries,
  };
}

/** The learning rate of an epoch: divided by 10 every `learningRateUpdate` epochs. */
export function learningRateOf(settings: TrainingSettings, epoch: number): number {
  return settings.learningRate * 0.1 ** Math.floor(epoch / settings.learningRateUpdate);
}
