import { AppError } from '../../shared/errors/index.ts';
import { openNpy } from '../../shared/formats/index.ts';
import { openFileSource } from '../../shared/platform/file-source.ts';
import type { ImageRows } from './encode-split.ts';
import type { SplitLayout } from './split-layout.ts';

/** The open array of region features, `[rows, R, F]`. */
export interface FeatureFile {
  readonly path: string;
  readonly rows: number;
  /** R. */
  readonly regions: number;
  /** F. */
  readonly featureSize: number;
  /** Features of rows `[from, to)`, `[to - from, R, F]`. */
  readRows(from: number, to: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Opens `{split}_ims.npy` for reading by ranges, integers and floats alike.
 *
 * @throws AppError `file_missing`, `format_invalid`, `shape_mismatch`.
 */
export async function openFeatures(path: string): Promise<FeatureFile> {
  const source = await openFileSource(path);
  try {
    const reader = await openNpy(source);
    const { shape } = reader;
    const [rows = 0, regions = 0, featureSize = 0] = shape;
    if (shape.length !== 3 || regions === 0 || featureSize === 0) {
      throw new AppError(
        'shape_mismatch',
        `${path} is [${shape.join(',')}], expected [images, regions, features]`,
      );
    }
    return {
      path,
      rows,
      regions,
      featureSize,
      readRows: (from, to) => reader.readRows(from, to),
      close: () => source.close(),
    };
  } catch (thrown) {
    await source.close();
    throw thrown;
  }
}

/** Features by image: of five equal rows the first is read. */
export function featureRows(file: FeatureFile, { images, rowsPerImage }: SplitLayout): ImageRows {
  const { path, regions, featureSize } = file;
  const size = regions * featureSize;
  const readFeatures = async (from: number, to: number): Promise<Float32Array> => {
    if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= images)) {
      throw new AppError('argument_invalid', `${path} has images 0 to ${images}, not ${from} to ${to}`);
    }
    const features =
      rowsPerImage === 1 ? await file.readRows(from, to) : new Float32Array((to - from) * size);
    for (let image = from; image < to; image++) {
      const place = (image - from) * size;
      if (rowsPerImage > 1) {
        features.set(await file.readRows(image * rowsPerImage, image * rowsPerImage + 1), place);
      }
      if (!features.subarray(place, place + size).every(Number.isFinite)) {
        throw new AppError('format_invalid', `${path}: image ${image} has features that are not finite`, {
          hint: 'extract the features of this image again',
        });
      }
    }
    return features;
  };
  return { images, regions, featureSize, readFeatures };
}
