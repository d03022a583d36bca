import sharp from 'sharp';
import type { FeatureSource } from '../feature-source.ts';
import { REGION_COUNT, regionBoxes } from './grid-regions.ts';
import { readPhotoModel } from './model-file.ts';
import { MAP_CHANNELS, openPhotoNetwork, PHOTO_FORM } from './photo-network.ts';

/**
 * How the source for photographs is named, without the network open.
 *
 * @param weights the SHA-256 of the network's file.
 */
export function photoRegionsOf(weights: string) {
  return {
    id: 'photo-regions',
    version: 2,
    regions: REGION_COUNT,
    featureSize: MAP_CHANNELS,
    weights,
  } as const satisfies Omit<FeatureSource, 'extract'>;
}

/**
 * The source for photographs: the last map of EfficientNet-Lite2, trained on ImageNet, over a fixed grid of places
 * (docs/photo-model.md). `describePhotos` is faster for many: it has a process for each core.
 *
 * @throws AppError of `readPhotoModel` and `openPhotoNetwork`.
 */
export async function openPhotoRegions(): Promise<FeatureSource> {
  const { bytes, sha256 } = await readPhotoModel();
  const network = await openPhotoNetwork(bytes);
  return {
    ...photoRegionsOf(sha256),
    extract: async ({ rgb, width, height }) => {
      const { size, fit, kernel } = PHOTO_FORM;
      const pixels = await sharp(rgb, { raw: { width, height, channels: 3 } })
        .resize(size, size, { fit, kernel })
        .raw()
        .toBuffer();
      const [description] = await network.describe([pixels]);
      return {
        boxes: regionBoxes(width, height),
        features: description?.regions ?? new Float32Array(0),
      };
    },
  };
}
