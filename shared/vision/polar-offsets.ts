import { boxCentres } from './boxes.ts';

/** Offsets `centre_i - centre_j` between all regions of an image, both `[R, R]`. */
export interface PolarOffsets {
  /** Distance, in fractions of the image. */
  readonly rho: Float32Array;
  /** Direction in radians, -π to π, 0 towards +y: `atan2(dx, dy)`; 0 where the centres coincide. */
  readonly theta: Float32Array;
}

/**
 * Polar form of the edges of the image graph. An edge and its opposite have the same distance, and their directions
 * differ by half a turn, so each pair of regions is measured once.
 * @param boxes `[R, 4]`: x1 y1 x2 y2 as fractions of the width and height
 */
export function polarOffsets(boxes: ArrayLike<number>): PolarOffsets {
  const centres = boxCentres(boxes);
  const regions = centres.length / 2;
  const rho = new Float32Array(regions * regions);
  const theta = new Float32Array(regions * regions);
  for (let i = 0; i < regions; i++) {
    for (let j = i + 1; j < regions; j++) {
      const dx = Math.fround((centres[2 * i] as number) - (centres[2 * j] as number));
      const dy = Math.fround((centres[2 * i + 1] as number) - (centres[2 * j + 1] as number));
      // Both directions between equal centres are 0 by definition, as the arrays already are.
      if (dx === 0 && dy === 0) continue;
      const distance = Math.sqrt(dx * dx + dy * dy);
      const direction = Math.atan2(dx, dy);
      rho[i * regions + j] = distance;
      rho[j * regions + i] = distance;
      theta[i * regions + j] = direction;
      theta[j * regions + i] = direction > 0 ? direction - Math.PI : direction + Math.PI;
    }
  }
  return { rho, theta };
}
