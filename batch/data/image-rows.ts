import { AppError } from '../../shared/errors/index.ts';
import type { ImageRows } from './encode-split.ts';
import { readEqualRows } from './equal-rows.ts';
import type { FeatureFile } from './image-features.ts';
import type { SplitLayout } from './split-layout.ts';

/** Larger numbers are not what a network computes from an image, and products of some of them are beyond float32. */
const LARGEST_FEATURE = 1e6;

/**
 * Features by image. The first time, all five rows of an image are read and compared, later only the first one. Numbers
 * that are not finite, or too large to be features, are refused when they are read.
 *
 * @param label names an image in messages.
 */
export function featureRows(
  file: FeatureFile,
  { images, rowsPerImage }: SplitLayout,
  label: (image: number) => string,
): ImageRows {
  const { path, regions, featureSize } = file;
  const size = regions * featureSize;
  const compared = new Uint8Array(images);
  const readImage = async (image: number): Promise<Float32Array> => {
    const row = image * rowsPerImage;
    if (compared[image] === 1) return file.readRows(row, row + 1);
    const features = await readEqualRows(file, row);
    compared[image] = 1;
    return features;
  };
  const readFeatures = async (from: number, to: number): Promise<Float32Array> => {
    if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= images)) {
      throw new AppError('argument_invalid', `${path} has images 0 to ${images}, not ${from} to ${to}`);
    }
    const features =
      rowsPerImage === 1 ? await file.readRows(from, to) : new Float32Array((to - from) * size);
    for (let image = from; image < to; image++) {
      const place = (image - from) * size;
      if (rowsPerImage > 1) features.set(await readImage(image), place);
      const wrong = features
        .subarray(place, place + size)
        .findIndex((value) => !(Math.abs(value) <= LARGEST_FEATURE));
      if (wrong < 0) continue;
      const value = features[place + wrong] as number;
      const what = Number.isFinite(value) ? `beyond ${LARGEST_FEATURE.toLocaleString('en')}` : 'not finite';
      throw new AppError(
        'format_invalid',
        `${path}: ${label(image)}, region ${Math.floor(wrong / featureSize)} has a feature that is ${what}: ${value}`,
        { hint: 'extract the features of this image again' },
      );
    }
    return features;
  };
  return { images, regions, featureSize, readFeatures };
}
