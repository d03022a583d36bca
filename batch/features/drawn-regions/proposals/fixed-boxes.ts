import type { Bounds } from './segment-map.ts';

/** Parts of an image that are used whatever it shows, as fractions: first the whole image, then smaller parts. */
const PARTS: readonly (readonly [left: number, top: number, right: number, bottom: number])[] = [
  [0, 0, 1, 1],
  [0, 0, 1, 1 / 2],
  [0, 1 / 2, 1, 1],
  [0, 0, 1 / 2, 1],
  [1 / 2, 0, 1, 1],
  [1 / 4, 1 / 4, 3 / 4, 3 / 4],
  ...grid(2, 2),
  ...grid(3, 3),
  ...grid(3, 1),
  ...grid(1, 3),
];

/** The first `count` fixed boxes of an image, in whole pixels. */
export function fixedBoxes(width: number, height: number, count: number): Bounds[] {
  return PARTS.slice(0, count).map(([left, top, right, bottom]) => {
    const x = Math.min(width - 1, Math.round(left * width));
    const y = Math.min(height - 1, Math.round(top * height));
    return {
      left: x,
      top: y,
      right: Math.max(x + 1, Math.round(right * width)),
      bottom: Math.max(y + 1, Math.round(bottom * height)),
    };
  });
}

function grid(columns: number, rows: number): [number, number, number, number][] {
  return Array.from({ length: columns * rows }, (_, index) => {
    const [column, row] = [index % columns, Math.floor(index / columns)];
    return [column / columns, row / rows, (column + 1) / columns, (row + 1) / rows];
  });
}
