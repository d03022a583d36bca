import { z } from 'zod';
import type { StoredBoxes } from './image-boxes.ts';

/** What the four numbers of a box in `{split}_ims_bbx.npy` are. The published data has `xyxy`. */
export const boxFormatSchema = z.enum(['xyxy', 'xywh', 'normalised']);
export type BoxFormat = z.infer<typeof boxFormatSchema>;

/** Each format in words, for options and messages. */
export const BOX_FORMATS: Readonly<Record<BoxFormat, string>> = {
  xyxy: 'x1 y1 x2 y2 in pixels',
  xywh: 'x y w h in pixels',
  normalised: 'x1 y1 x2 y2 as fractions of width and height',
};

/**
 * Boxes of a file as x1 y1 x2 y2 in pixels, which everything after the reading of a split uses.
 *
 * @param stored with the numbers of the file.
 */
export function boxesInPixels(stored: StoredBoxes, format: BoxFormat): StoredBoxes {
  if (format === 'xyxy') return stored;
  const { regions, boxRows, sizeRows } = stored;
  const pixels = boxRows.map((value, index) => {
    const axis = index % 2;
    if (format === 'xywh') return index % 4 < 2 ? value : value + (boxRows[index - 2] as number);
    return value * (sizeRows[2 * Math.floor(index / (regions * 4)) + axis] as number);
  });
  return { ...stored, boxRows: pixels };
}
