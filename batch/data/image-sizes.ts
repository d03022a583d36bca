import { AppError } from '../../shared/errors/index.ts';
import { openNpy } from '../../shared/formats/npy/index.ts';
import { withFileSource } from '../../shared/platform/file-source.ts';

const FIELDS = ['image_w', 'image_h'] as const;
const HINT = 'a structured array or an object array of dicts with image_w and image_h, in pixels';

/**
 * Width and height of every row of `{split}_ims_size.npy`, `[rows, 2]`: a structured array, or an object array of dicts
 * as in the published data.
 *
 * @throws AppError `file_missing`, `format_invalid`, `shape_mismatch`.
 */
export async function readSizes(path: string, rows: number): Promise<Float32Array> {
  const [widths, heights] = await withFileSource(path, async (source) => {
    const reader = await openNpy(source);
    if (reader.shape.length !== 1 || reader.shape[0] !== rows) {
      throw new AppError('shape_mismatch', `${path} is [${reader.shape.join(',')}], expected [${rows}]`, {
        hint: HINT,
      });
    }
    if (reader.dtype === 'object') {
      const sizes = await reader.readObjects();
      return FIELDS.map((field) => sizes.map((size, row) => sizeOf(path, size, row, field)));
    }
    return Promise.all(FIELDS.map((field) => reader.readField(field, 0, rows)));
  });
  const pairs = new Float32Array(2 * rows);
  for (let row = 0; row < rows; row++) {
    const [width, height] = [widths?.[row] ?? Number.NaN, heights?.[row] ?? Number.NaN];
    if (!(width > 0 && height > 0 && Number.isFinite(width) && Number.isFinite(height))) {
      throw new AppError(
        'format_invalid',
        `${path}: row ${row} has no positive size (${width} x ${height})`,
        {
          hint: "write the image's width and height in pixels",
        },
      );
    }
    pairs.set([width, height], 2 * row);
  }
  return pairs;
}

function sizeOf(path: string, size: unknown, row: number, field: string): number {
  const value: unknown = size instanceof Map ? size.get(field) : undefined;
  if (typeof value === 'number') return value;
  throw new AppError('format_invalid', `${path}: row ${row} has no number "${field}"`, { hint: HINT });
}

/**
 * A `.npy` file (format version 1.0) of the structured array `image_w`, `image_h` (int32), as the released data has the
 * sizes of images.
 *
 * @param sizes `[N, 2]`: width and height in pixels.
 */
export function sizesFile(sizes: Int32Array): Uint8Array {
  const header = `{'descr': [('image_w', '<i4'), ('image_h', '<i4')], 'fortran_order': False, 'shape': (${sizes.length / 2},), }`;
  const length = Math.ceil((10 + header.length + 1) / 64) * 64 - 10;
  const bytes = new Uint8Array(10 + length + sizes.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 0xff, length >> 8]);
  bytes.set(new TextEncoder().encode(`${header.padEnd(length - 1)}\n`), 10);
  bytes.set(new Uint8Array(sizes.buffer, sizes.byteOffset, sizes.byteLength), 10 + length);
  return bytes;
}
