import type { Bounds } from '../proposals/segment-map.ts';
import type { Crop } from './crop.ts';
import type { FeatureWriter } from './feature-writer.ts';
import { CORE, MARGIN, SIDE } from './sample.ts';

/** Cells along each side of the mask's grid. */
const CELLS = 4;
/** Centres of the soft bins of the logarithms of aspect ratio (width / height) and of area (share of the image). */
const ASPECTS = [-1.5, -0.9, -0.4, 0, 0.4, 0.9, 1.5];
const AREAS = [-6.5, -5.5, -4.5, -3.5, -2.5, -1.5, -0.5];

/** Numbers that `describeShape` writes. */
export const SHAPE_FEATURES = CELLS * CELLS + ASPECTS.length + AREAS.length + 7;

/** The region's outline: its reduced mask, moments, aspect ratio, area, how much of its box it fills and which way it faces. */
export function describeShape(crop: Crop, bounds: Bounds, imagePixels: number, writer: FeatureWriter): void {
  const cells = new Float32Array(CELLS * CELLS);
  const step = CORE / CELLS;
  let [rows, columns, rowRow, columnColumn, rowColumn] = [0, 0, 0, 0, 0];
  let outline = 0;
  for (let row = 0; row < CORE; row++) {
    for (let column = 0; column < CORE; column++) {
      const at = (row + MARGIN) * SIDE + column + MARGIN;
      if (crop.mask[at] === 0) continue;
      const cell = Math.floor(row / step) * CELLS + Math.floor(column / step);
      cells[cell] = (cells[cell] as number) + 1 / (step * step);
      const [y, x] = [(row + 0.5) / CORE - 0.5, (column + 0.5) / CORE - 0.5];
      rows += y;
      columns += x;
      rowRow += y * y;
      columnColumn += x * x;
      rowColumn += x * y;
      for (const next of [at - 1, at + 1, at - SIDE, at + SIDE]) if (crop.mask[next] === 0) outline++;
    }
  }
  const area = Math.max(1, crop.area);
  const [y, x] = [rows / area, columns / area];
  const [width, height] = [bounds.right - bounds.left, bounds.bottom - bounds.top];
  const filling = crop.area / (CORE * CORE);
  writer.values(
    cells.map((part) => part - 0.5),
    0.5,
  );
  writer.values(softBins(Math.log(width / height), ASPECTS, 0.3), 1);
  writer.values(softBins(Math.log((filling * width * height) / imagePixels), AREAS, 0.6), 1);
  writer.values(
    [
      filling - 0.5,
      outline / (8 * Math.sqrt(area)) - 0.5,
      4 * y,
      4 * x,
      8 * (rowRow / area - y * y - (columnColumn / area - x * x)),
      12 * (rowColumn / area - x * y),
      crop.facing - 0.5,
    ],
    1,
  );
}

/** Gaussian weights of a value for some centres; values beyond the outer centres count for those. */
function softBins(value: number, places: readonly number[], width: number): number[] {
  const inside = Math.min(places.at(-1) ?? value, Math.max(places[0] ?? value, value));
  return places.map((place) => Math.exp(-0.5 * ((inside - place) / width) ** 2));
}
