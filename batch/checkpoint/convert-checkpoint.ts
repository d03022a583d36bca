import { AppError } from '../../shared/errors/index.ts';
import type { CheckpointFormat } from '../../shared/formats/torch/index.ts';
import { featuresName, sameFeatures } from '../../shared/generation/index.ts';
import { writeFileAtomic } from '../../shared/platform/atomic-file.ts';
import type { FeatureIdentity, Propagation } from '../../shared/schema/index.ts';
import { CHECKPOINT_SUFFIX, type CheckpointFile, writeCheckpointFile } from './checkpoint-file.ts';
import { type LoadedNetwork, loadNetwork } from './load-network.ts';
import { FEATURES_OPTION } from './released-checkpoint.ts';
import { writeReleasedCheckpoint } from './write-released-checkpoint.ts';

/** The suffix of the released code's checkpoints. */
const RELEASED_SUFFIX = '.pth.tar';

/**
 * Writes a network in the format of the target's suffix: `.safetensors` (ours) or `.pth.tar` (the released layout, which
 * PyTorch loads). Numbers, options, epoch, steps and best rsum are kept; Adam's moments in the state of a run are not.
 *
 * @param format PyTorch's format for a `.pth.tar`.
 * @param names the propagation and the source of the features, for a file that does not name them.
 * @throws AppError of the readers and writers, `argument_invalid` for a target of another name, `fingerprint_mismatch` for
 *   features of another source than the checkpoint names, `shape_mismatch`.
 */
export async function convertCheckpoint(
  source: string,
  target: string,
  format: CheckpointFormat,
  { propagation, features: named }: CheckpointNames = {},
): Promise<LoadedNetwork> {
  if (!target.endsWith(CHECKPOINT_SUFFIX) && !target.endsWith(RELEASED_SUFFIX)) {
    throw new AppError('argument_invalid', `the suffix of ${target} is not that of a checkpoint`, {
      hint: `name a file that ends in ${CHECKPOINT_SUFFIX} or ${RELEASED_SUFFIX}`,
    });
  }
  const network = await loadNetwork(source, propagation);
  const { config, parameters } = network;
  const features = featuresOf(network, named);
  const options = plainOptions(network);
  const [epoch, steps] = [network.epoch ?? 0, network.iterations ?? 0];
  if (target.endsWith(CHECKPOINT_SUFFIX)) {
    const bestRsum = network.bestRsum ?? null;
    const own = {
      config,
      features,
      parameters,
      options,
      epoch,
      steps,
      bestRsum,
      position: null,
      moments: new Map(),
    };
    await writeCheckpointFile(target, own);
  } else {
    const bestRsum = network.bestRsum ?? 0;
    const trained = { config, parameters, epoch, bestRsum, iterations: steps };
    const bytes = await writeReleasedCheckpoint(
      { ...trained, options: new Map(Object.entries({ ...options, ...featuresOption(features) })) },
      format,
    );
    await writeFileAtomic(target, bytes);
  }
  return { ...network, features };
}

/** Names that a checkpoint may lack. */
export interface CheckpointNames {
  readonly propagation?: Propagation | undefined;
  readonly features?: FeatureIdentity | undefined;
}

/** The source that the checkpoint names, or the one that is given. */
function featuresOf({ path, features, config }: LoadedNetwork, named: FeatureIdentity | undefined) {
  if (named === undefined) return features;
  if (features !== undefined && !sameFeatures(features, named)) {
    throw new AppError(
      'fingerprint_mismatch',
      `${path} names ${featuresName(features)}, which cannot become ${featuresName(named)}`,
      { hint: 'the features of a checkpoint cannot be renamed: it was trained on those that it names' },
    );
  }
  if (named.featureSize !== config.imageFeatureSize) {
    throw new AppError(
      'shape_mismatch',
      `${path} takes ${config.imageFeatureSize} features a region, not ${featuresName(named)}`,
      { hint: 'name the source that the network was trained with' },
    );
  }
  return named;
}

function featuresOption(features: FeatureIdentity | undefined): Record<string, string> {
  return features === undefined ? {} : { [FEATURES_OPTION]: JSON.stringify(features) };
}

/** Options with plain values; the released code has no others. */
function plainOptions({ options }: LoadedNetwork): CheckpointFile['options'] {
  const plain: CheckpointFile['options'] = {};
  for (const [name, value] of options ?? []) {
    if (name === FEATURES_OPTION) continue;
    if (
      value === null ||
      typeof value === 'string' ||
      typeof value === 'number' ||
      typeof value === 'boolean'
    ) {
      plain[name] = value;
    }
  }
  return plain;
}
