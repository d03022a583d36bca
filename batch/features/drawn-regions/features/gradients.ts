import type { Bounds } from '../proposals/segment-map.ts';
import { boxMean, type SummedPlane } from './box-means.ts';
import type { Crop } from './crop.ts';
import type { FeatureWriter } from './feature-writer.ts';
import { CORE, MARGIN, SIDE } from './sample.ts';

/** Cells along each side, and directions of an edge (over half a turn, because an edge has no sign). */
const CELLS = 4;
const DIRECTIONS = 6;
/** Gradients, in Oklab distance, that count as strong. */
const STRONG = 0.1;

/** Numbers that `describeGradients` writes. */
export const GRADIENT_FEATURES = CELLS * CELLS * DIRECTIONS + DIRECTIONS + 2;

/**
 * Histograms of oriented gradients (Dalal and Triggs, 2005) of the region alone: gradients of its interior and of its
 * outline, by cell and direction. Then its texture: directions of gradients in the interior, away from the outline
 * (stripes), and how many there are.
 */
export function describeGradients(
  planes: readonly SummedPlane[],
  bounds: Bounds,
  crop: Crop,
  writer: FeatureWriter,
): void {
  const samples = planes.map((plane) => sampleMeans(plane, bounds, crop.mirrored));
  const cells = new Float32Array(CELLS * CELLS * DIRECTIONS);
  const texture = new Float32Array(DIRECTIONS);
  let inner = 0;
  let busy = 0;
  for (let row = MARGIN; row < MARGIN + CORE; row++) {
    for (let column = MARGIN; column < MARGIN + CORE; column++) {
      const at = row * SIDE + column;
      const own = ownSides(crop.mask, at);
      if (own === 0) continue;
      let [across, down, strength] = [0, 0, 0];
      for (const sample of samples) {
        const x = (sample[at + 1] as number) - (sample[at - 1] as number);
        const y = (sample[at + SIDE] as number) - (sample[at - SIDE] as number);
        if (x * x + y * y <= strength) continue;
        [across, down, strength] = [x, y, x * x + y * y];
      }
      const weight = Math.min(1, Math.sqrt(strength) / STRONG);
      const turn = (Math.atan2(down, across) / Math.PI + 1) % 1;
      const place = turn * DIRECTIONS;
      const first = Math.floor(place) % DIRECTIONS;
      const second = (first + 1) % DIRECTIONS;
      const part = place - Math.floor(place);
      const cell =
        (Math.floor(((row - MARGIN) * CELLS) / CORE) * CELLS +
          Math.floor(((column - MARGIN) * CELLS) / CORE)) *
        DIRECTIONS;
      cells[cell + first] = (cells[cell + first] as number) + weight * (1 - part);
      cells[cell + second] = (cells[cell + second] as number) + weight * part;
      if (own < 5) continue;
      inner++;
      busy += weight;
      texture[first] = (texture[first] as number) + weight * (1 - part);
      texture[second] = (texture[second] as number) + weight * part;
    }
  }
  writer.shares(cells, 2);
  const even = Math.max(1, inner);
  writer.values(
    texture.map((energy) => Math.sqrt(energy / even)),
    1,
  );
  writer.values([Math.sqrt(busy / even), inner / (CORE * CORE)], 1);
}

/** How many of a sample and its four neighbours belong to the region. */
function ownSides(mask: Uint8Array, at: number): number {
  return (
    (mask[at] as number) +
    (mask[at - 1] as number) +
    (mask[at + 1] as number) +
    (mask[at - SIDE] as number) +
    (mask[at + SIDE] as number)
  );
}

/** Mean of a plane over the pixels of each sample of the crop; outside, the border of the image is used. */
function sampleMeans(
  plane: SummedPlane,
  { left, top, right, bottom }: Bounds,
  mirrored: boolean,
): Float32Array {
  const [across, down] = [(right - left) / CORE, (bottom - top) / CORE];
  const columns = Array.from({ length: SIDE }, (_, index) =>
    pixelSpan(left + (index - MARGIN) * across, across, plane.width),
  );
  if (mirrored) columns.reverse();
  const means = new Float32Array(SIDE * SIDE);
  for (let row = 0, at = 0; row < SIDE; row++) {
    const [from, to] = pixelSpan(top + (row - MARGIN) * down, down, plane.height);
    for (const [first, last] of columns) means[at++] = boxMean(plane, first, from, last, to);
  }
  return means;
}

/** The whole pixels, one at least, that a sample covers along one axis. */
function pixelSpan(from: number, length: number, extent: number): [from: number, to: number] {
  const first = Math.min(extent - 1, Math.max(0, Math.floor(from)));
  return [first, Math.min(extent, Math.max(first + 1, Math.floor(from + length)))];
}
