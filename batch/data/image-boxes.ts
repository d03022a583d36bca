import { AppError } from '../../shared/errors/index.ts';
import { openNpy } from '../../shared/formats/npy/index.ts';
import { withFileSource } from '../../shared/platform/file-source.ts';
import { readSizes } from './image-sizes.ts';

/** The boxes and sizes of a split, row by row as in its files. */
export interface StoredBoxes {
  readonly paths: { readonly boxes: string; readonly sizes: string };
  /** R. */
  readonly regions: number;
  /** `[rows, R, 4]`, x1 y1 x2 y2 in pixels. */
  readonly boxRows: Float32Array;
  /** `[rows, 2]`, width and height in pixels. */
  readonly sizeRows: Float32Array;
}

/**
 * Reads `{split}_ims_bbx.npy` and `{split}_ims_size.npy` completely.
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
        { hint: 'a box x1 y1 x2 y2 in pixels for each region of the features' },
      );
    }
    return reader.readRows(0, rows);
  });
  const wrong = boxRows.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    const row = Math.floor(wrong / (regions * 4));
    throw new AppError('format_invalid', `${paths.boxes}: row ${row} holds a box that is not finite`, {
      hint: 'extract the regions of this image again',
    });
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

/** Boxes as fractions, and sizes, of images with `rowsPerImage` equal rows each. */
export function imageBoxes(
  { regions, boxRows, sizeRows }: StoredBoxes,
  images: number,
  rowsPerImage: number,
): ImageBoxes {
  const sizes = new Float32Array(images * 2);
  const boxes = new Float32Array(images * regions * 4);
  for (let image = 0; image < images; image++) {
    const row = image * rowsPerImage;
    const size = sizeRows.subarray(row * 2, row * 2 + 2);
    sizes.set(size, image * 2);
    for (let index = 0; index < regions * 4; index++) {
      const pixels = boxRows[row * regions * 4 + index] as number;
      boxes[image * regions * 4 + index] = pixels / (size[index % 2] as number);
    }
  }
  return { boxes, sizes };
}
