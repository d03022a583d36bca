import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { readCheckpoint } from '../../shared/formats/torch/index.ts';
import { MODEL_FILES, readModel } from '../../shared/generation/index.ts';
import type { Parameters } from '../../shared/model/index.ts';
import { withFileSource } from '../../shared/platform/file-source.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import type { FeatureIdentity, ModelConfig, Propagation } from '../../shared/schema/index.ts';
import { CHECKPOINT_SUFFIX, readCheckpointFile } from './checkpoint-file.ts';
import { readReleasedCheckpoint } from './released-checkpoint.ts';

/** A network and what its file says about it. */
export interface LoadedNetwork {
  /** The file or folder that it came from. */
  readonly path: string;
  readonly kind: 'checkpoint' | 'model folder';
  readonly config: ModelConfig;
  /** The source of the features that it was trained on; undefined if the file does not name it. */
  readonly features: FeatureIdentity | undefined;
  readonly parameters: Parameters;
  /** For a checkpoint: the epochs that it was trained for. */
  readonly epoch: number | undefined;
  /** For a checkpoint: its best rsum on the development split, in percent. */
  readonly bestRsum: number | undefined;
  /** For a checkpoint: steps of the optimiser so far. */
  readonly iterations?: number | undefined;
  /** For a checkpoint: the training options, unchanged. */
  readonly options: ReadonlyMap<string, unknown> | undefined;
}

/**
 * Loads a network from a `.pth.tar` of the released code (in either of PyTorch's formats), a `.safetensors` from training,
 * or a model folder.
 *
 * @param propagation overrides what the file says; a checkpoint whose `opt` does not name one was trained with `self`.
 * @throws AppError `file_missing`, `file_unreadable`, `format_invalid`, `format_unsupported`, `format_refused`,
 *   `shape_mismatch`, `fingerprint_mismatch`.
 */
export async function loadNetwork(path: string, propagation?: Propagation): Promise<LoadedNetwork> {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return loadFolder(path, propagation);
  if (path.endsWith(CHECKPOINT_SUFFIX)) return loadOwn(path, propagation);
  const root = await withFileSource(path, readCheckpoint);
  return { path, kind: 'checkpoint', ...readReleasedCheckpoint(path, root, propagation) };
}

async function loadOwn(path: string, propagation: Propagation | undefined): Promise<LoadedNetwork> {
  const { config, features, parameters, epoch, steps, bestRsum, options } = await readCheckpointFile(path);
  return {
    path,
    kind: 'checkpoint',
    config: propagation === undefined ? config : { ...config, propagation },
    features,
    parameters,
    epoch,
    iterations: steps,
    bestRsum: bestRsum ?? undefined,
    options: new Map(Object.entries(options)),
  };
}

async function loadFolder(path: string, propagation: Propagation | undefined): Promise<LoadedNetwork> {
  if (!existsSync(join(path, MODEL_FILES.config))) {
    throw new AppError(
      'file_missing',
      `${path} is not a model folder: there is no ${MODEL_FILES.config} in it`,
      {
        hint: 'name a checkpoint file (.pth.tar, .safetensors), or a folder that `gsmn model` wrote',
      },
    );
  }
  const { config, features, parameters } = await readModel(folderFiles(path));
  return {
    path,
    kind: 'model folder',
    config: propagation === undefined ? config : { ...config, propagation },
    features,
    parameters,
    epoch: undefined,
    bestRsum: undefined,
    options: undefined,
  };
}
