import { type LabPicture, labDistance } from '../colour/lab-picture.ts';

/** Contrast, in Oklab distance, above which a step between the neighbours of a pixel is an edge. */
const EDGE = 0.05;
/** How much longer than the direct way the way through a mixture in Oklab may be. */
const DETOUR = 1.25;

/**
 * Gives pixels on an edge, which are a mixture of both sides, the colour of the nearer side. Otherwise the mixtures
 * along an edge would be separate segments: thin rims around every thing. Lines one pixel wide are kept, because their
 * colour is not between those of their neighbours.
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

/** The neighbour, `step` before or after, whose colour a mixture gets; the pixel itself if it is not a mixture. */
function sideOf(picture: LabPicture, at: number, step: number): number {
  const contrast = labDistance(picture, at - step, at + step);
  if (contrast < EDGE) return at;
  const before = labDistance(picture, at - step, at);
  const behind = labDistance(picture, at, at + step);
  if (before + behind > DETOUR * contrast) return at;
  return before <= behind ? at - step : at + step;
}
