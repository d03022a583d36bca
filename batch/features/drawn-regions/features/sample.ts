import type { LabImage } from '../colour/lab-image.ts';
import type { Bounds } from '../proposals/segment-map.ts';

/** Samples along each side of a region's box. */
export const CORE = 24;
/** Samples around the box, on each side, for gradients at its edge. */
export const MARGIN = 1;
/** Samples along each side of a crop. */
export const SIDE = CORE + 2 * MARGIN;

/**
 * A region sampled on a grid `[SIDE, SIDE]`, whatever its size and shape: its box and a margin.
 */
export interface Sample {
  /** Pixel of each sample; -1 outside the image. */
  readonly pixels: Int32Array;
  /** 1 if the sample belongs to the region. */
  readonly mask: Uint8Array;
  /** Samples of the region. */
  readonly area: number;
}

/**
 * Lays the grid of samples over a region.
 *
 * @param inside whether a pixel belongs to the region.
 * @param mirrored from right to left.
 */
export function sampleRegion(
  { width, height }: LabImage,
  bounds: Bounds,
  inside: (pixel: number) => boolean,
  mirrored: boolean,
): Sample {
  const columns = positions(bounds.left, bounds.right, width);
  if (mirrored) columns.reverse();
  const rows = positions(bounds.top, bounds.bottom, height);
  const pixels = new Int32Array(SIDE * SIDE);
  const mask = new Uint8Array(SIDE * SIDE);
  let area = 0;
  for (let row = 0, at = 0; row < SIDE; row++) {
    const y = rows[row] as number;
    for (let column = 0; column < SIDE; column++, at++) {
      const x = columns[column] as number;
      const pixel = x < 0 || y < 0 ? -1 : y * width + x;
      pixels[at] = pixel;
      if (pixel < 0 || !inCore(row) || !inCore(column) || !inside(pixel)) continue;
      mask[at] = 1;
      area++;
    }
  }
  return { pixels, mask, area };
}

/** Whether a row or column of the grid is in the region's box. */
function inCore(index: number): boolean {
  return index >= MARGIN && index < MARGIN + CORE;
}

/** The pixel of each sample along one axis; -1 outside the image. */
function positions(from: number, to: number, extent: number): Int32Array {
  const step = (to - from) / CORE;
  return Int32Array.from({ length: SIDE }, (_, index) => {
    const at = Math.floor(from + (index - MARGIN + 0.5) * step);
    return at >= 0 && at < extent ? at : -1;
  });
}
