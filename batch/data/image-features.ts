import { AppError } from '../../shared/errors/index.ts';
import { openNpy } from '../../shared/formats/npy/index.ts';
import { openFileSource } from '../../shared/platform/file-source.ts';

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
 * Opens `{split}_ims.npy` for reading in ranges; integers and floats are both supported.
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
    if (rows === 0) {
      throw new AppError('shape_mismatch', `${path} has no images`, {
        hint: 'leave a split without images out',
      });
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
