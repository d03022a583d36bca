import { AppError } from '../errors/index.ts';
import type { ModelConfig } from '../schema/index.ts';

/** @throws AppError `shape_mismatch` if the features are not `[images, regions, F]`. */
export function assertImageFeatures(
  { imageFeatureSize: F }: Pick<ModelConfig, 'imageFeatureSize'>,
  features: Float32Array,
  images: number,
  regions: number,
): void {
  if (features.length === images * regions * F) return;
  throw new AppError(
    'shape_mismatch',
    `${features.length} features are not ${images} images of ${regions} regions of ${F} features`,
    { hint: 'the images were extracted for another model' },
  );
}
