import { AppError } from '../../shared/errors/index.ts';
import { openNpy } from '../../shared/formats/npy/index.ts';
import { withFileSource } from '../../shared/platform/file-source.ts';
import { readSizes } from './image-sizes.ts';

/** The boxes and sizes of a split, row by row as in its files. */
export interface StoredBoxes {
  readonly paths: { readonly boxes: string; readonly sizes: string };
  /** R. */
  readonly regions: number;
  /** `[rows, R, 4]`: as in the file, and in an open split x1 y1 x2 y2 in pixels. */
  readonly boxRows: Float32Array;
  /** `[rows, 2]`, width and height in pixels. */
  readonly sizeRows: Float32Array;
}

/**
 * Reads `{split}_ims_bbx.npy`, whose numbers stay as they are, and `{split}_ims_size.npy` completely.
 *
 * @throws AppError `file_missing`, `format_invalid`, `shape_mismatch`.
 */
export async function readStoredBoxes(
  paths: StoredBoxes['paths'],
  rows: number,
  regions: number,
): Promise<StoredBoxes> {
  const boxRows = await withFileSource(paths.boxes, async (source) => {
    const reader = await openNpy(source);
    const { shape } = reader;
    if (shape.length !== 3 || shape[0] !== rows || shape[1] !== regions || shape[2] !== 4) {
      throw new AppError(
        'shape_mismatch',
        `${paths.boxes} is [${shape.join(',')}], expected [${rows},${regions},4]`,
        { hint: 'four numbers of a box for each region of the features' },
      );
    }
    return reader.readRows(0, rows);
  });
  const wrong = boxRows.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    const box = Math.floor(wrong / 4);
    throw new AppError(
      'format_invalid',
      `${paths.boxes}: row ${Math.floor(box / regions)}, region ${box % regions} holds a box that is not finite`,
      { hint: 'extract the regions of this image again' },
    );
  }
  return { paths, regions, boxRows, sizeRows: await readSizes(paths.sizes, rows) };
}

/** Boxes and sizes by image, once it is known which rows belong to which image. */
export interface ImageBoxes {
  /** `[images, R, 4]`, x1 y1 x2 y2 as fractions of width and height. */
  readonly boxes: Float32Array;
  /** `[images, 2]`, width and height in pixels. */
  readonly sizes: Float32Array;
}

/** Boxes as fractions, and sizes. @param stored a row for each image, in pixels */
export function imageBoxes({ regions, boxRows, sizeRows }: Omit<StoredBoxes, 'paths'>): ImageBoxes {
  const boxes = boxRows.map((pixels, index) => {
    const row = Math.floor(index / (regions * 4));
    return pixels / (sizeRows[row * 2 + (index % 2)] as number);
  });
  return { boxes, sizes: sizeRows };
}

/** The first of `rowsPerImage` equal rows of each image. */
export function rowOfEachImage(stored: StoredBoxes, rowsPerImage: number): StoredBoxes {
  if (rowsPerImage === 1) return stored;
  const { regions, boxRows, sizeRows } = stored;
  const first = (rows: Float32Array, size: number): Float32Array =>
    rows.filter((_, index) => Math.floor(index / size) % rowsPerImage === 0);
  return { ...stored, boxRows: first(boxRows, regions * 4), sizeRows: first(sizeRows, 2) };
}
