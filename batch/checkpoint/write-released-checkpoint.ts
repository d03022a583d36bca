import { AppError } from '../../shared/errors/index.ts';
import {
  type CheckpointFormat,
  type CheckpointValue,
  Namespace,
  OrderedDictionary,
  PickleFloat,
  writeCheckpoint,
} from '../../shared/formats/torch/index.ts';
import { assertParameters, type Parameters, parameter, parameterShapes } from '../../shared/model/index.ts';
import type { ModelConfig } from '../../shared/schema/index.ts';
import { RELEASED_PARTS } from './released-checkpoint.ts';

/** Training options by their released names, without those that are in the network's configuration. */
export type TrainingOptions = ReadonlyMap<string, string | number | boolean | null>;

/** A network and its progress in training. */
export interface TrainedNetwork {
  readonly config: ModelConfig;
  readonly parameters: Parameters;
  readonly options: TrainingOptions;
  /** Epochs that it was trained for. */
  readonly epoch: number;
  /** Its best rsum on the development split, in percent. */
  readonly bestRsum: number;
  /** Steps of the optimiser so far. */
  readonly iterations: number;
}

/** Options that are floats in the released code, even if their value is whole. */
const FLOAT_OPTIONS: ReadonlySet<string> = new Set([
  'margin',
  'grad_clip',
  'learning_rate',
  'lambda_softmax',
]);

/** Options from the configuration, by their released names; `propagation` is our own. */
function configOptions(config: ModelConfig): Map<string, string | number | boolean> {
  return new Map<string, string | number | boolean>([
    ['word_dim', config.wordEmbeddingSize],
    ['embed_size', config.jointSize],
    ['num_layers', config.layers],
    ['img_dim', config.imageFeatureSize],
    ['no_imgnorm', !config.normalizeImages],
    ['no_txtnorm', !config.normalizeCaptions],
    ['bi_gru', config.bidirectional],
    ['lambda_softmax', config.softmaxTemperature],
    ['feat_dim', config.blocks],
    ['num_block', config.blocks],
    ['hid_dim', config.hiddenSize],
    ['out_dim', 1],
    ['is_sparse', config.sparse],
    ['vocab_size', config.vocabularySize],
    ['propagation', config.propagation],
  ]);
}

/**
 * The bytes of a `.pth.tar` as saved by the released `train.py`: `epoch`, `model` (four state dictionaries),
 * `best_rsum`, `opt` and `Eiters`; the inverse of `readReleasedCheckpoint`. In addition to the released names, `opt`
 * has `propagation`. Values of the configuration replace options of the same name.
 *
 * @param format `legacy` (default) is that of the published checkpoints; every version of PyTorch reads it.
 * @throws AppError `shape_mismatch` if configuration and parameters do not belong together; `argument_invalid`.
 */
export async function writeReleasedCheckpoint(
  network: TrainedNetwork,
  format: CheckpointFormat = 'legacy',
): Promise<Uint8Array> {
  const { config, parameters, epoch, bestRsum, iterations } = network;
  assertParameters(config, parameters);
  assertCount('epoch', epoch);
  assertCount('iterations', iterations);
  const options = new Map([...network.options, ...configOptions(config)]);
  const root = new Map<string, CheckpointValue>([
    ['epoch', epoch],
    ['model', stateDictionaries(config, parameters)],
    ['best_rsum', new PickleFloat(bestRsum)],
    ['opt', new Namespace(new Map([...options].map(([name, value]) => [name, optionValue(name, value)])))],
    ['Eiters', iterations],
  ]);
  return writeCheckpoint(root, format);
}

function assertCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new AppError('argument_invalid', `a checkpoint's ${name} must be a whole number, not ${value}`);
}

function optionValue(name: string, value: string | number | boolean | null): CheckpointValue {
  return typeof value === 'number' && FLOAT_OPTIONS.has(name) ? new PickleFloat(value) : value;
}

/** One for each part of the network, with parameters in the order of the released checkpoints. */
function stateDictionaries(config: ModelConfig, parameters: Parameters): OrderedDictionary[] {
  const names = [...parameterShapes(config).keys()];
  return RELEASED_PARTS.map((part) => {
    const prefix = `${part}.`;
    return new OrderedDictionary(
      new Map(
        names
          .filter((name) => name.startsWith(prefix))
          .map((name) => [name.slice(prefix.length), parameter(parameters, name)]),
      ),
    );
  });
}
