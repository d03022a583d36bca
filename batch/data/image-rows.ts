import { AppError } from '../../shared/errors/index.ts';
import type { ImageRows } from './encode-split.ts';
import { readEqualRows } from './equal-rows.ts';
import { assertFeatureNumbers } from './feature-numbers.ts';
import type { FeatureFile } from './image-features.ts';
import { OddFeatures } from './odd-features.ts';
import type { Split } from './split.ts';
import type { SplitLayout } from './split-layout.ts';

/**
 * Features by image. The first time, all five rows of an image are read and compared, later only the first one. Numbers
 * that are not finite, or too large to be features, are refused when they are read; what is odd about the others is
 * counted.
 *
 * @param label names an image in messages.
 */
export function featureRows(
  file: FeatureFile,
  { images, rowsPerImage }: SplitLayout,
  label: (image: number) => string,
): Omit<ImageRows, 'whole' | 'encoded'> & Pick<Split, 'featureNotes'> {
  const { path, regions, featureSize } = file;
  const size = regions * featureSize;
  const compared = new Uint8Array(images);
  const odd = new OddFeatures(path, images, label);
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
      const numbers = features.subarray(place, place + size);
      const nameOf = (index: number): string => `${label(image)}, region ${Math.floor(index / featureSize)}`;
      assertFeatureNumbers(path, numbers, nameOf);
      odd.look(image, numbers);
    }
    return features;
  };
  return { images, regions, featureSize, readFeatures, featureNotes: () => odd.notes() };
}
