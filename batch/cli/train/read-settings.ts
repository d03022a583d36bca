import { z } from 'zod';
import { AppError } from '../../../shared/errors/index.ts';
import { type TrainingSettings, trainingSettingsSchema } from '../../training/training-settings.ts';
import type { TrainOptions } from './train-options.ts';

/** The option that a setting comes from. */
const NUMBERS = {
  margin: 'margin',
  epochs: 'numEpochs',
  batchSize: 'batchSize',
  wordEmbeddingSize: 'wordDim',
  jointSize: 'embedSize',
  gradientClip: 'gradClip',
  layers: 'numLayers',
  learningRate: 'learningRate',
  learningRateUpdate: 'lrUpdate',
  logStep: 'logStep',
  validationStep: 'valStep',
  warmupSteps: 'warmupSteps',
  imageFeatureSize: 'imgDim',
  softmaxTemperature: 'lambdaSoftmax',
  blocks: 'numBlock',
  hiddenSize: 'hidDim',
  seed: 'seed',
  saveStep: 'saveStep',
  featureDropout: 'featureDropout',
  shortQueries: 'shortQueries',
  validationImages: 'validationImages',
} as const satisfies Partial<Record<keyof TrainingSettings, string>>;

const spelling = (option: string): string =>
  `--${option.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;

/** The settings that the options give. @throws AppError `argument_invalid` that names the option */
export function readSettings(options: TrainOptions): TrainingSettings {
  const numbers = Object.entries(NUMBERS).map(([setting, option]) => {
    const text = options[option];
    return [setting, text === undefined ? undefined : numberOf(option, String(text))];
  });
  if (options.featDim !== undefined && options.featDim !== options.numBlock) {
    throw new AppError(
      'argument_invalid',
      `--feat_dim ${options.featDim} is not --num_block ${String(options.numBlock)}`,
      {
        hint: 'matching vectors have one number for each block: leave --feat_dim out',
      },
    );
  }
  if (options.outDim !== '1') {
    throw new AppError('argument_invalid', `--out_dim ${options.outDim} is not 1: a node has one score`);
  }
  const parsed = trainingSettingsSchema.safeParse({
    ...Object.fromEntries(numbers),
    maxViolation: options.maxViolation === true,
    normalizeImages: options.imgnorm,
    normalizeCaptions: options.txtnorm,
    bidirectional: options.biGru === true,
    sparse: options.isSparse === true,
    propagation: options.propagation,
    twins: options.twins === true,
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const setting = String(issue?.path[0]);
  const option = (NUMBERS as Record<string, string>)[setting] ?? setting;
  throw new AppError(
    'argument_invalid',
    `${spelling(option)} ${String(options[option])}: ${issue?.message ?? ''}`,
    {
      cause: new z.ZodError(parsed.error.issues),
    },
  );
}

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new AppError('argument_invalid', `${spelling(option)} must be a number, not "${text}"`);
}
