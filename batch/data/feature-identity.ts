import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import { featuresName, sameFeatures } from '../../shared/generation/index.ts';
import { type FeatureIdentity, featureIdentitySchema, type ModelConfig } from '../../shared/schema/index.ts';
import type { FeatureFile } from './image-features.ts';
import type { Split } from './split.ts';
import { splitFile } from './split-files.ts';
import { readJson } from './text-files.ts';

const EXAMPLE =
  'it holds, for example, {"source": "my-detector", "version": 1, "regions": 36, "featureSize": 2048}';

/**
 * Reads `{split}_features.json`: the source of the features of a split.
 *
 * @param features the array of the split, whose sizes must be those of the source.
 * @returns undefined without the file: the features are unnamed, as in the published data.
 * @throws AppError `format_invalid`, `shape_mismatch`, `file_unreadable`.
 */
export async function readFeatureIdentity(
  path: string,
  features?: Pick<FeatureFile, 'path' | 'regions' | 'featureSize'>,
): Promise<FeatureIdentity | undefined> {
  const value = await readJson(path);
  if (value === undefined) return undefined;
  const parsed = featureIdentitySchema.safeParse(value);
  if (!parsed.success) {
    throw new AppError(
      'format_invalid',
      `${path} does not name a feature source: ${z.prettifyError(parsed.error)}`,
      {
        hint: EXAMPLE,
        cause: parsed.error,
      },
    );
  }
  const identity = parsed.data;
  if (
    features !== undefined &&
    (identity.regions !== features.regions || identity.featureSize !== features.featureSize)
  ) {
    throw new AppError(
      'shape_mismatch',
      `${path} names ${featuresName(identity)}, but ${features.path} has ${features.regions} regions of ${features.featureSize}`,
      { hint: 'the arrays are of another source, or the file is of another split' },
    );
  }
  return identity;
}

/**
 * Reads a `{split}_features.json` that must be there.
 *
 * @throws AppError `file_missing`, `format_invalid`, `file_unreadable`.
 */
export async function requireFeatureIdentity(path: string): Promise<FeatureIdentity> {
  const identity = await readFeatureIdentity(path);
  if (identity !== undefined) return identity;
  throw new AppError('file_missing', `there is no file ${path}`, { hint: EXAMPLE });
}

/** The bytes of a `{split}_features.json`. */
export function featureIdentityFile(identity: FeatureIdentity): string {
  return `${JSON.stringify(identity)}\n`;
}

/** The part of a model that concerns its features. */
export interface FeaturesOfModel {
  /** Its name in messages: the checkpoint or folder that it came from. */
  readonly path: string;
  readonly kind: 'checkpoint' | 'model folder';
  readonly features?: FeatureIdentity | undefined;
  readonly config: Pick<ModelConfig, 'imageFeatureSize'>;
}

/**
 * Refuses features of another source than those that a model was trained on. Unnamed features fit models without a named source,
 * if their number is right.
 *
 * @throws AppError `shape_mismatch`, `fingerprint_mismatch`.
 */
export function assertFeaturesOf(
  split: Pick<Split, 'folder' | 'split' | 'features' | 'featureSize'>,
  model: FeaturesOfModel,
): void {
  const where = `split ${split.split} of ${split.folder}`;
  if (!sameFeatures(split.features, model.features)) {
    throw new AppError(
      'fingerprint_mismatch',
      `${where} has ${featuresName(split.features)}, the model ${model.path} takes ${featuresName(model.features)}`,
      { hint: namingHint(split, model) },
    );
  }
  const { imageFeatureSize } = model.config;
  if (split.featureSize !== imageFeatureSize) {
    throw new AppError(
      'shape_mismatch',
      `${splitFile(split.folder, split.split, 'features')} has ${split.featureSize} features a region, the model ${model.path} takes ${imageFeatureSize}`,
      { hint: 'use the features that the model was trained with' },
    );
  }
}

/** How to name the unnamed side, if the source is the same. */
function namingHint(
  { folder, split, features }: Pick<Split, 'folder' | 'split' | 'features'>,
  model: FeaturesOfModel,
): string {
  const file = splitFile(folder, split, 'source');
  if (model.features === undefined) {
    const how =
      model.kind === 'model folder'
        ? `add "features": ${JSON.stringify(features)} to its config.json`
        : `write a checkpoint that says so: gsmn checkpoint convert ${model.path} named.safetensors --features ${file}`;
    return `if the model was trained on these features, ${how}`;
  }
  if (features === undefined) {
    return `if the features are of that source, write ${JSON.stringify(model.features)} into ${file}`;
  }
  return "use data of the model's feature source, or a model that was trained on these features";
}
