import { AppError } from '../../shared/errors/index.ts';
import { float32ToFloat16Bits } from '../../shared/formats/float16.ts';
import { featureIdentity } from '../features/feature-source.ts';
import {
  type DescribeOptions,
  defaultProcesses,
  describePhotos,
} from '../features/photo-regions/describe-photos.ts';
import { REGION_COUNT } from '../features/photo-regions/grid-regions.ts';
import { readPhotoModel } from '../features/photo-regions/model-file.ts';
import {
  MAP_CHANNELS,
  PHOTO_FORM,
  type PhotoDescription,
  WHOLE_PARTS,
  WHOLE_SIZE,
} from '../features/photo-regions/photo-network.ts';
import { photoRegionsOf } from '../features/photo-regions/photo-regions.ts';
import type { FeatureMaker, PhotoFeatures } from './feature-maker.ts';

const REGION_NUMBERS = REGION_COUNT * MAP_CHANNELS;
/** Bytes of the features of one photograph. */
export const FEATURE_BYTES = 4 * WHOLE_SIZE + 2 * REGION_NUMBERS;

/**
 * Region features and descriptions of whole photographs by the network that ships.
 *
 * @throws AppError of `readPhotoModel`.
 */
export async function networkFeatures({
  processes,
  device,
}: Pick<DescribeOptions, 'processes' | 'device'> = {}): Promise<FeatureMaker> {
  const model = await readPhotoModel();
  return {
    identity: featureIdentity(photoRegionsOf(model.sha256)),
    wholeSize: WHOLE_SIZE,
    form: PHOTO_FORM,
    atOnce: processes ?? defaultProcesses(device),
    bytes: FEATURE_BYTES,
    async *make(photos, signal) {
      for await (const { photo, description } of describePhotos(photos, {
        model,
        processes,
        device,
        signal,
      })) {
        yield { photo, bytes: packFeatures(description) };
      }
    },
    unpack: unpackFeatures,
  };
}

/** As bytes, to be kept: `whole`, then `regions`. */
export function packFeatures(description: PhotoDescription): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FEATURE_BYTES);
  const whole = new Float32Array(bytes.buffer, 0, WHOLE_SIZE);
  for (const part of ['pooled', 'stages', 'classes'] as const) {
    whole.set(description[part], WHOLE_PARTS[part].from);
  }
  new Uint16Array(bytes.buffer, 4 * WHOLE_SIZE).set(float32ToFloat16Bits(description.regions));
  return bytes;
}

/**
 * The inverse of `packFeatures`.
 *
 * @throws AppError `internal` for another number of bytes.
 */
export function unpackFeatures(bytes: Uint8Array<ArrayBuffer>): PhotoFeatures {
  if (bytes.length !== FEATURE_BYTES || bytes.byteOffset !== 0) {
    throw new AppError(
      'internal',
      `features of a photograph have ${bytes.length} bytes, not ${FEATURE_BYTES}`,
    );
  }
  return {
    whole: new Float32Array(bytes.buffer, 0, WHOLE_SIZE),
    regions: new Uint16Array(bytes.buffer, 4 * WHOLE_SIZE),
  };
}
