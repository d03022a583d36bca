import { AppError } from '../../shared/errors/index.ts';
import { float32ToFloat16Bits } from '../../shared/formats/float16.ts';
import { REGION_COUNT } from '../features/photo-regions/grid-regions.ts';
import {
  MAP_CHANNELS,
  type PhotoDescription,
  WHOLE_PARTS,
  WHOLE_SIZE,
} from '../features/photo-regions/photo-network.ts';

const REGION_NUMBERS = REGION_COUNT * MAP_CHANNELS;
/** Bytes of the features of one photograph. */
export const FEATURE_BYTES = 4 * WHOLE_SIZE + 2 * REGION_NUMBERS;

/** The features of a photograph as a data folder has them. */
export interface PhotoFeatures {
  /** `[W]`: the parts of `WHOLE_PARTS`. */
  readonly whole: Float32Array;
  /** `[36, 1280]`, the bits of half floats. */
  readonly regions: Uint16Array;
}

/** As bytes, to be kept: `whole`, then `regions`. */
export function packFeatures(description: PhotoDescription): Uint8Array {
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
