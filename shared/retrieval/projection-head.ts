import { AppError } from '../errors/index.ts';
import type { Parameters } from '../model/index.ts';
import type { CoarseHead, CoarseImageInput, CoarseTextInput } from './coarse-head.ts';
import {
  bagPositions,
  countWords,
  imageFeatureSize,
  writeImageFeatures,
  writeWordMean,
} from './pooled-features.ts';
import { assertStoredHead, tensor } from './stored-head.ts';

/**
 * Brings a stored head to life: `unit(P (features - mean))` on either side. A vector that is exactly zero (an
 * image or a sentence that is the mean of all) becomes the unit vector with equal elements, so that it can be
 * stored and compared like any other.
 *
 * @param stored the configuration as it was read.
 * @param where what error messages call the head, e.g. its file.
 * @throws AppError `format_invalid`, `shape_mismatch`.
 */
export function parseCoarseHead(stored: unknown, tensors: Parameters, where = 'coarse head'): CoarseHead {
  const config = assertStoredHead(stored, tensors, where);
  const { kind, dimensions: k, features: layout } = config;
  const data = (name: string): Float32Array => tensor(tensors, name, where).data;
  const [imageRows, imageOffset] = [data('image.projection'), data('image.offset')];
  const [textRows, textOffset] = [data('text.projection'), data('text.offset')];
  const imageSize = imageFeatureSize(layout);
  const positions = bagPositions(layout);
  const bagSize = layout.text.bag.length;

  const imageVector = (input: CoarseImageInput): Float32Array => {
    const features = new Float64Array(imageSize);
    writeImageFeatures(layout, input, features);
    const out = new Float64Array(k);
    for (let d = 0; d < k; d++) {
      let sum = -(imageOffset[d] as number);
      const row = d * imageSize;
      for (let f = 0; f < imageSize; f++) sum += (imageRows[row + f] as number) * (features[f] as number);
      out[d] = sum;
    }
    return unit(out, 'an image');
  };

  const textVector = (input: CoarseTextInput): Float32Array => {
    const out = new Float64Array(k);
    for (let d = 0; d < k; d++) out[d] = -(textOffset[d] as number);
    const add = (row: number, amount: number): void => {
      for (let d = 0; d < k; d++) out[d] = (out[d] as number) + amount * (textRows[row * k + d] as number);
    };
    for (const [position, count] of countWords(positions, input.ids)) add(position, count);
    const means = new Float64Array(layout.text.words);
    writeWordMean(layout, input, means);
    for (const [d, mean] of means.entries()) add(bagSize + d, mean);
    return unit(out, 'a sentence');
  };

  return { kind, dimensions: k, imageVector, textVector };
}

function unit(vector: Float64Array, what: string): Float32Array {
  let square = 0;
  for (const value of vector) square += value * value;
  if (!Number.isFinite(square)) {
    throw new AppError('format_invalid', `coarse head: the features of ${what} are not finite`, {
      hint: 'look for NaN or infinity in the region features',
    });
  }
  if (square === 0) return new Float32Array(vector.length).fill(1 / Math.sqrt(vector.length));
  const scale = 1 / Math.sqrt(square);
  return Float32Array.from(vector, (value) => value * scale);
}
