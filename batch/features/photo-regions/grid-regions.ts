/** A part of an image as fractions of its width and height. */
type Part = readonly [left: number, top: number, right: number, bottom: number];

/**
 * The regions of every photograph. The network's map has no objects, so regions are places: small ones, larger ones
 * that overlap (an object that one of them cuts is whole in another), the middle, and the whole. Chosen:
 * 36 in all, as many as in the released GSMN data.
 */
const PARTS: readonly Part[] = [
  ...windows(5, 1 / 5),
  ...windows(3, 1 / 2),
  [1 / 8, 1 / 8, 7 / 8, 7 / 8],
  [0, 0, 1, 1],
];

export const REGION_COUNT = PARTS.length;

/** Square windows of that width, as many in a row as in a column, from border to border. */
function windows(count: number, width: number): Part[] {
  return Array.from({ length: count * count }, (_, index) => {
    const [left, top] = [index % count, Math.floor(index / count)].map(
      (step) => (step * (1 - width)) / (count - 1),
    ) as [number, number];
    return [left, top, left + width, top + width];
  });
}

/** `[R, 4]`: the boxes of an image, x1 y1 x2 y2 in its pixels. */
export function regionBoxes(width: number, height: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    PARTS.flatMap(([left, top, right, bottom]) => [
      left * width,
      top * height,
      Math.min(right, 1) * width,
      Math.min(bottom, 1) * height,
    ]),
  );
}

/** Cells of a map that a region covers, and the share of each in its mean. */
interface Coverage {
  readonly cells: Uint16Array;
  readonly shares: Float64Array;
}

/** The cells of each region in a map of `side` x `side` cells, by the area that it covers of them. */
export function regionCoverages(side: number): readonly Coverage[] {
  return PARTS.map(([left, top, right, bottom]) => {
    const [columns, rows] = [overlaps(left, right, side), overlaps(top, bottom, side)];
    const cells: number[] = [];
    const shares: number[] = [];
    for (const [row, height] of rows) {
      for (const [column, width] of columns) {
        cells.push(row * side + column);
        shares.push((width * height) / ((right - left) * (bottom - top) * side * side));
      }
    }
    return { cells: Uint16Array.from(cells), shares: Float64Array.from(shares) };
  });
}

/** The steps of a side that a stretch covers, and how much of each. */
function overlaps(from: number, to: number, side: number): [step: number, length: number][] {
  const found: [number, number][] = [];
  for (let step = 0; step < side; step++) {
    const length = Math.min(to * side, step + 1) - Math.max(from * side, step);
    // Less is the rounding of fractions.
    if (length > 1e-9) found.push([step, length]);
  }
  return found;
}

/**
 * The square root of the mean of each channel over each region. Means of activations have a long tail; their roots are better input
 * for a linear map, which is what the network begins with.
 *
 * @param map `[channels, side, side]`
 * @returns `[R, channels]`
 */
export function poolRegions(
  map: Float32Array,
  channels: number,
  coverages: readonly Coverage[],
): Float32Array<ArrayBuffer> {
  const cellCount = map.length / channels;
  const pooled = new Float32Array(coverages.length * channels);
  for (const [region, { cells, shares }] of coverages.entries()) {
    for (let channel = 0; channel < channels; channel++) {
      const start = channel * cellCount;
      let sum = 0;
      for (let index = 0; index < cells.length; index++) {
        sum += (map[start + (cells[index] as number)] as number) * (shares[index] as number);
      }
      pooled[region * channels + channel] = Math.sqrt(sum);
    }
  }
  return pooled;
}
