import { existsSync } from 'node:fs';
import { AppError } from '../../shared/errors/index.ts';
import { featuresName, sameFeatures } from '../../shared/generation/index.ts';
import { initialParameters } from '../../shared/gsmn/training/index.ts';
import type { Parameters } from '../../shared/model/index.ts';
import { withFileSource } from '../../shared/platform/file-source.ts';
import type { FeatureIdentity, ModelConfig } from '../../shared/schema/index.ts';
import { parseVocabulary, type Vocabulary } from '../../shared/text/index.ts';
import { CHECKPOINT_SUFFIX, type Moments, readCheckpointFile } from '../checkpoint/checkpoint-file.ts';
import { type LoadedNetwork, loadNetwork } from '../checkpoint/load-network.ts';
import type { BoxFormat } from '../data/box-format.ts';
import { assertFeaturesOf } from '../data/feature-identity.ts';
import { openSplit } from '../data/open-split.ts';
import type { Split } from '../data/split.ts';
import { embedVectors } from './embed-vectors.ts';
import { type RunFolder, runPaths } from './run-folder.ts';
import { networkConfig, type TrainingSettings } from './training-settings.ts';
import { readTwins, type Twin } from './twins.ts';

export interface TrainingRequest {
  /** The data folder. */
  readonly data: string;
  /** How it has its boxes; `xyxy` by default. */
  readonly boxFormat?: BoxFormat | undefined;
  /** Its vocabulary file. */
  readonly vocabulary: string;
  readonly folder: RunFolder;
  /** A file of word vectors that a new network's embeddings start from (`readVectors`). */
  readonly vectors?: string | undefined;
  /** A checkpoint or model folder whose parameters a new run starts from. */
  readonly start?: string | undefined;
  /** The state of a run, or a checkpoint of which only the parameters are used. */
  readonly resume: string | undefined;
  readonly settings: TrainingSettings;
  /** `auto` or a backend's name. */
  readonly backend: string;
}

/** The progress of a run. */
export interface RunProgress {
  epoch: number;
  batchInEpoch: number;
  steps: number;
  bestRsum: number | null;
}

/** Everything that a run needs, checked. The caller closes it. */
export interface OpenRun {
  readonly vocabulary: Vocabulary;
  readonly train: Split;
  readonly dev: Split;
  readonly twins: readonly Twin[];
  readonly config: ModelConfig;
  /** The source of the features of both splits; undefined if they do not name it. */
  readonly features: FeatureIdentity | undefined;
  readonly parameters: Parameters;
  /** Adam's moments, if the run resumes. */
  readonly optimizer: { readonly updates: number; readonly moments: Moments } | undefined;
  readonly progress: RunProgress;
  /** What a run may not change when it resumes. */
  readonly fixed: Record<string, unknown>;
  close(): Promise<void>;
}

/**
 * Opens the data and the run, which starts or resumes.
 *
 * @throws AppError of the readers; `conflict` if the folder holds a run that was not to be resumed, or the run was
 *   started with other settings; `shape_mismatch`, `argument_invalid`, `file_missing`.
 */
export async function openRun(request: TrainingRequest): Promise<OpenRun> {
  const { data, settings, boxFormat } = request;
  const bytes = await withFileSource(request.vocabulary, (source) => source.read(0, source.size));
  const vocabulary = parseVocabulary(new TextDecoder().decode(bytes), request.vocabulary);
  const vocabularySize = vocabulary.size;
  const train = await openSplit(data, 'train', { vocabularySize, boxFormat });
  try {
    const dev = await openSplit(data, 'dev', { vocabularySize, boxFormat });
    try {
      const config = networkConfig(settings, train.featureSize, vocabularySize);
      for (const split of [train, dev]) assertUsable(split, config);
      assertSameSource(train, dev);
      if (settings.shortQueries > 0) assertPhrases(train, config);
      const twins = settings.twins ? await requireTwins(data, train.images) : [];
      const fixed = fixedSettings(settings, train);
      return {
        vocabulary,
        train,
        dev,
        twins,
        config,
        features: train.features,
        fixed,
        ...(await startingPoint(request, config, fixed, train)),
        close: async () => {
          await train.close();
          await dev.close();
        },
      };
    } catch (thrown) {
      await dev.close();
      throw thrown;
    }
  } catch (thrown) {
    await train.close();
    throw thrown;
  }

  async function requireTwins(path: string, images: number): Promise<Twin[]> {
    const found = await readTwins(path, 'train', images);
    if (found !== undefined) return found;
    throw new AppError('file_missing', `${path} has no train_twins.json`, { hint: 'leave --twins out' });
  }
  function startingPoint(
    asked: TrainingRequest,
    config: ModelConfig,
    fixed: Record<string, unknown>,
    train: Split,
  ) {
    if (asked.resume === undefined) return freshRun(asked, config, vocabulary, train);
    return resumedRun(asked.resume, config, fixed, train);
  }
}

type StartingPoint = Pick<OpenRun, 'parameters' | 'optimizer' | 'progress'>;

async function freshRun(
  { folder, settings, vectors, start }: TrainingRequest,
  config: ModelConfig,
  vocabulary: Vocabulary,
  train: Split,
): Promise<StartingPoint> {
  const { state } = runPaths(folder);
  if (existsSync(state)) {
    throw new AppError('conflict', `${state} exists already: a run was started in this folder`, {
      hint: 'continue with --resume, or name other folders with --model_name and --logger_name',
    });
  }
  if (start !== undefined) return adopted((await networkFor(start, config, train)).parameters, 0, 0, null);
  const drawn = initialParameters(config, settings.seed);
  return {
    parameters: vectors === undefined ? drawn : await embedVectors(drawn, vocabulary, vectors),
    optimizer: undefined,
    progress: { epoch: 0, batchInEpoch: 0, steps: 0, bestRsum: null },
  };
}

async function resumedRun(
  path: string,
  config: ModelConfig,
  fixed: Record<string, unknown>,
  train: Split,
): Promise<StartingPoint> {
  if (!path.endsWith(CHECKPOINT_SUFFIX)) return adoptedNetwork(path, config, train);
  const found = await readCheckpointFile(path);
  assertFeaturesOf(train, { ...found, path, kind: 'checkpoint' });
  assertSame(path, config, found.config);
  const { parameters, moments, position, epoch, steps, bestRsum } = found;
  if (position === null) return adopted(parameters, epoch, steps, bestRsum);
  // Runs from before there was a choice do not name it.
  assertSame(path, fixed, { box_format: 'xyxy', feature_dropout: 0, short_queries: 0, ...position.settings });
  return {
    parameters,
    optimizer: { updates: position.updates, moments },
    progress: { epoch, batchInEpoch: position.batchInEpoch, steps, bestRsum },
  };
}

/** A checkpoint of the released code: its parameters and epoch; Adam starts again, as in the released code. */
async function adoptedNetwork(path: string, config: ModelConfig, train: Split): Promise<StartingPoint> {
  const network = await networkFor(path, config, train);
  return adopted(network.parameters, network.epoch ?? 0, 0, network.bestRsum ?? null);
}

async function networkFor(path: string, config: ModelConfig, train: Split): Promise<LoadedNetwork> {
  const network = await loadNetwork(path, config.propagation);
  assertFeaturesOf(train, network);
  assertSame(path, config, network.config);
  return network;
}

function adopted(
  parameters: Parameters,
  epoch: number,
  steps: number,
  bestRsum: number | null,
): StartingPoint {
  return { parameters, optimizer: undefined, progress: { epoch, batchInEpoch: 0, steps, bestRsum } };
}

/** The order of the batches and the meaning of a step depend on these. */
function fixedSettings(settings: TrainingSettings, train: Split): Record<string, unknown> {
  const { seed, batchSize, margin, maxViolation, warmupSteps, twins, featureDropout, shortQueries } =
    settings;
  return {
    seed,
    batch_size: batchSize,
    margin,
    max_violation: maxViolation,
    warmup_steps: warmupSteps,
    twins,
    feature_dropout: featureDropout,
    short_queries: shortQueries,
    box_format: train.boxFormat,
    images: train.images,
    captions: train.captionIds.length,
  };
}

function assertSame(path: string, ours: object, theirs: object): void {
  const found = new Map(Object.entries(theirs));
  for (const [name, value] of Object.entries(ours)) {
    if (found.get(name) === value) continue;
    throw new AppError(
      'conflict',
      `${path} was made with ${name} ${String(found.get(name))}, not ${String(value)}`,
      {
        hint: 'resume a run with the options that it was started with; only --num_epochs, learning rate and steps of logs may change',
      },
    );
  }
}

/** Short queries are phrases of captions as they were written, and have no parses of their own. */
function assertPhrases({ folder, split, captionTexts }: Split, { sparse, propagation }: ModelConfig): void {
  if (captionTexts === undefined) {
    throw new AppError(
      'file_missing',
      `short queries are made of captions: there is no ${folder}/${split}_caps.txt`,
      {
        hint: 'leave --short-queries out',
      },
    );
  }
  if (sparse && propagation === 'neighbours') {
    throw new AppError(
      'argument_invalid',
      'short queries have no parses, by which a sparse network compares',
      {
        hint: 'leave --short-queries or --is_sparse out',
      },
    );
  }
}

/** Both splits are read by one network. */
function assertSameSource(train: Split, dev: Split): void {
  if (sameFeatures(train.features, dev.features)) return;
  throw new AppError(
    'fingerprint_mismatch',
    `${train.folder}: the split train has ${featuresName(train.features)}, dev ${featuresName(dev.features)}`,
    { hint: 'train and validate on features of one source; {split}_features.json names it' },
  );
}

function assertUsable(split: Split, config: ModelConfig): void {
  const file = (name: string): string => `${split.folder}/${split.split}_${name}`;
  if (split.captionIds.length === 0) {
    throw new AppError('file_missing', `training needs captions: there is no ${file('precaps_stan.txt')}`, {
      hint: 'gsmn vocab --encode makes it from raw captions',
    });
  }
  if (split.featureSize !== config.imageFeatureSize) {
    throw new AppError(
      'shape_mismatch',
      `${file('ims.npy')} has ${split.featureSize} features a region, the training split ${config.imageFeatureSize}`,
    );
  }
  if (config.sparse && config.propagation === 'neighbours' && split.dependencies === undefined) {
    throw new AppError('file_missing', `a sparse model needs parses: there is no ${file('caps.json')}`, {
      hint: 'leave --is_sparse out, or train with --propagation self, which does not use them',
    });
  }
}
