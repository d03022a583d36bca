import { AppError } from '../../shared/errors/index.ts';
import { openNpy } from '../../shared/formats/index.ts';
import { withFileSource } from '../../shared/platform/file-source.ts';
import { readSizes } from './image-sizes.ts';
import type { StoredBoxes } from './protocol-boxes.ts';
import type { SplitLayout } from './split-layout.ts';

/**
 * The boxes `[rows, R, 4]` (pixels, x1 y1 x2 y2) and the sizes of a split's images, whole.
 *
 * @throws AppError `file_missing`, `format_invalid`, `shape_mismatch`.
 */
export async function readStoredBoxes(
  paths: { readonly boxes: string; readonly sizes: string },
  layout: SplitLayout,
  regions: number,
): Promise<StoredBoxes> {
  const { images, rowsPerImage, storedImages } = layout;
  const rows = storedImages * rowsPerImage;
  const kept = images * rowsPerImage;
  const boxRows = await withFileSource(paths.boxes, async (source) => {
    const reader = await openNpy(source);
    const { shape } = reader;
    if (shape.length !== 3 || shape[0] !== rows || shape[1] !== regions || shape[2] !== 4) {
      throw new AppError(
        'shape_mismatch',
        `${paths.boxes} is [${shape.join(',')}], expected [${rows},${regions},4]`,
        {
          hint: 'a box x1 y1 x2 y2 in pixels for each region of the features',
        },
      );
    }
    return reader.readRows(0, kept);
  });
  const sizeRows = await readSizes(paths.sizes, rows, kept);
  for (let row = 0; row < kept; row++) {
    const image = Math.floor(row / rowsPerImage);
    const first = image * rowsPerImage;
    const box = boxRows.subarray(row * regions * 4, (row + 1) * regions * 4);
    if (!box.every(Number.isFinite)) {
      throw new AppError(
        'format_invalid',
        `${paths.boxes}: row ${row} (image ${image}) holds a box that is not finite`,
        {
          hint: 'extract the regions of this image again',
        },
      );
    }
    const sameBoxes = box.every((value, index) => value === boxRows[first * regions * 4 + index]);
    const sameSize = [0, 1].every((side) => sizeRows[2 * row + side] === sizeRows[2 * first + side]);
    if (!sameBoxes || !sameSize) {
      const path = sameBoxes ? paths.sizes : paths.boxes;
      throw new AppError(
        'shape_mismatch',
        `${path}: rows ${first} and ${row} differ, both should be image ${image}`,
        {
          hint: 'with a row per caption, the five rows of an image are equal; an image needs exactly five captions',
        },
      );
    }
  }
  return { images, regions, rowsPerImage, boxRows, sizeRows };
}
