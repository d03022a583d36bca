import type { LabImage } from '../colour/lab-image.ts';
import type { Bounds } from '../proposals/segment-map.ts';
import { facesRight, facingInputs } from './facing.ts';
import { type Sample, sampleRegion } from './sample.ts';

/** A sample, mirrored if the region more likely faces left: things can face either way and are still the same thing. */
export interface Crop extends Sample {
  /** Probability that the region faces right in the image. */
  readonly facing: number;
  readonly mirrored: boolean;
}

/**
 * Lays the grid of samples over a region, the way it faces.
 *
 * @param inside whether a pixel belongs to the region.
 */
export function cropRegion(image: LabImage, bounds: Bounds, inside: (pixel: number) => boolean): Crop {
  const sample = sampleRegion(image, bounds, inside, false);
  const facing = facesRight(facingInputs(image, sample));
  const mirrored = facing < 0.5;
  return { ...(mirrored ? sampleRegion(image, bounds, inside, true) : sample), facing, mirrored };
}
