import { type LabPicture, labDistance } from '../colour/lab-picture.ts';

/** Contrast, in Oklab distance, from which on a step between two pixels' neighbours is an edge. */
const EDGE = 0.05;
/** How much longer than the straight way a mixture's way through Oklab may be. */
const DETOUR = 1.25;

/**
 * Gives pixels that an edge runs through, and that are therefore a mixture of both sides, the colour of the nearer side.
 * Without it the mixtures along an edge would be segments of their own: thin rims around every thing. Lines one
 * pixel wide stay, because their colour lies between no neighbours'.
 */
export function unmixEdges(picture: LabPicture): LabPicture {
  const { width, height } = picture;
  const source = Int32Array.from({ length: width * height }, (_, at) => at);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const across = x > 0 && x + 1 < width ? sideOf(picture, at, 1) : at;
      source[at] = across !== at || y === 0 || y + 1 === height ? across : sideOf(picture, at, width);
    }
  }
  const unmixed = (plane: Float32Array): Float32Array =>
    Float32Array.from(source, (from) => plane[from] as number);
  return {
    width,
    height,
    lightness: unmixed(picture.lightness),
    greenRed: unmixed(picture.greenRed),
    blueYellow: unmixed(picture.blueYellow),
  };
}

/** The neighbour, `step` before or behind, that a mixture belongs to; the pixel itself when it is none. */
function sideOf(picture: LabPicture, at: number, step: number): number {
  const contrast = labDistance(picture, at - step, at + step);
  if (contrast < EDGE) return at;
  const before = labDistance(picture, at - step, at);
  const behind = labDistance(picture, at, at + step);
  if (before + behind > DETOUR * contrast) return at;
  return before <= behind ? at - step : at + step;
}
