import { unitVector } from '../projection/unit-vector.ts';
import type { RecallImage, RecallImageEncoder, StoredRecallEncoder } from '../recall-encoder.ts';
import { readDescription } from './description.ts';
import { IMAGE_TENSORS, readWordSum } from './stored-word-sum.ts';

/**
 * The image side of a word sum: `unit(P description - offset)`.
 *
 * @param where what error messages call the encoder, e.g. its file.
 * @throws AppError `format_invalid`, `shape_mismatch`.
 */
export function openImageWordSum(stored: StoredRecallEncoder, where: string): RecallImageEncoder {
  const { config, data } = readWordSum(stored, IMAGE_TENSORS, where);
  const { kind, dimensions: k } = config;
  const [projection, offset] = [data('image.projection'), data('image.offset')];

  const encode = ({ whole }: RecallImage): Float32Array => {
    const numbers = readDescription(config.image, whole);
    const out = new Float64Array(k);
    for (let d = 0; d < k; d++) {
      let sum = -(offset[d] as number);
      const row = d * numbers.length;
      for (let f = 0; f < numbers.length; f++) {
        sum += (projection[row + f] as number) * (numbers[f] as number);
      }
      out[d] = sum;
    }
    return unitVector(out, 'an image');
  };

  return { kind, dimensions: k, needs: ['whole'], encodeImages: async (images) => images.map(encode) };
}
