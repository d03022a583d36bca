import type { RecallImage, RecallImageEncoder, StoredRecallEncoder } from '../recall-encoder.ts';
import { imageFeatureSize } from './feature-layout.ts';
import { writeImageFeatures } from './image-features.ts';
import { IMAGE_TENSORS, readProjection } from './stored-projection.ts';
import { unitVector } from './unit-vector.ts';

/**
 * The image side of a stored projection: `unit(P features - offset)`.
 *
 * @param where what error messages call the encoder, e.g. its file.
 * @throws AppError `format_invalid`, `shape_mismatch`.
 */
export function openImageProjection(stored: StoredRecallEncoder, where: string): RecallImageEncoder {
  const { config, data } = readProjection(stored, IMAGE_TENSORS, where);
  const { kind, dimensions: k, features: layout } = config;
  const [projection, offset] = [data('image.projection'), data('image.offset')];
  const size = imageFeatureSize(layout);

  const encode = (image: RecallImage): Float32Array => {
    const features = new Float64Array(size);
    writeImageFeatures(layout, image, features);
    const out = new Float64Array(k);
    for (let d = 0; d < k; d++) {
      let sum = -(offset[d] as number);
      const row = d * size;
      for (let f = 0; f < size; f++) sum += (projection[row + f] as number) * (features[f] as number);
      out[d] = sum;
    }
    return unitVector(out, 'an image');
  };

  const { regions, nodes } = layout.image;
  return {
    kind,
    dimensions: k,
    needs: [
      ...(regions > 0 ? (['features', 'boxes'] as const) : []),
      ...(nodes > 0 ? (['nodes'] as const) : []),
    ],
    encodeImages: async (images) => images.map(encode),
  };
}
