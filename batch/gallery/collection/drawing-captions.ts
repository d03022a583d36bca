import { drawImage, drawTwins } from '../scenes/index.ts';
import type { DrawingUnit } from './plan.ts';

/** Drawings whose captions are wanted. */
export type CaptionsTask = readonly DrawingUnit[];

/** The captions of each image of a drawing. */
export interface DrawingCaptions {
  readonly seed: number;
  readonly images: readonly (readonly string[])[];
}

/** The captions of each image of a drawing: of one image, or of two twins. */
export function drawingCaptions(kind: DrawingUnit['kind'], seed: number): (readonly string[])[] {
  if (kind === 'image') return [drawImage(seed).captions];
  const { first, second } = drawTwins(seed);
  return [first.captions, second.captions];
}
