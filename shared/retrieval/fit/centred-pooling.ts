import { AppError } from '../../errors/index.ts';
import type { FeatureLayout } from '../projection/feature-layout.ts';
import { writeImageFeatures } from '../projection/image-features.ts';
import type { StoredProjection } from '../projection/stored-projection.ts';
import { writeWordMean } from '../projection/text-features.ts';
import type { RecallImage, RecallText } from '../recall-encoder.ts';
import { centredPoolingProjection } from './fit-projection.ts';

/** The warning for an index without captioned data; figures from docs/coarse-recall.md. */
export const CENTRED_POOLING_WARNING =
  'there is no captioned training data, so images are recalled by centred pooling, which misses most of the right ' +
  'ones: of 500 photographs the right one was among the first 100 for 43 of 100 sentences, and for 97 with a recall ' +
  'encoder that was fitted; prepare the model with a data folder whose train split has captions';

/**
 * The projection without captioned data: GSMN's nodes are averaged, and the mean over all images and over all sentences
 * is subtracted.
 *
 * @param nodeSize D.
 * @param images any images of the kind that will be searched.
 * @param texts any sentences; if there is none, every word of the vocabulary as a sentence of its own.
 * @throws AppError `argument_invalid` without images or texts, `shape_mismatch`.
 */
export function fitCentredPooling(
  nodeSize: number,
  images: Iterable<RecallImage>,
  texts: Iterable<RecallText>,
): StoredProjection {
  const layout: FeatureLayout = {
    image: { regions: 0, nodes: nodeSize },
    text: { bag: [], words: nodeSize },
  };
  const imageMean = mean(images, nodeSize, 'images', (image, out) => writeImageFeatures(layout, image, out));
  const textMean = mean(texts, nodeSize, 'sentences', (text, out) => writeWordMean(layout, text, out));
  return centredPoolingProjection(nodeSize, imageMean, textMean);
}

function mean<T>(
  items: Iterable<T>,
  size: number,
  what: string,
  write: (item: T, out: Float64Array) => void,
): Float64Array {
  const sum = new Float64Array(size);
  const features = new Float64Array(size);
  let count = 0;
  for (const item of items) {
    write(item, features);
    for (let d = 0; d < size; d++) sum[d] = (sum[d] as number) + (features[d] as number);
    count++;
  }
  if (count === 0) throw new AppError('argument_invalid', `centred pooling needs ${what}, got none`);
  return sum.map((value) => value / count);
}
