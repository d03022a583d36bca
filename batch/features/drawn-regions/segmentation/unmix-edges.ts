import { type LabImage, labDistance } from '../colour/lab-image.ts';

/** Contrast, in Oklab distance, above which a step between the neighbours of a pixel is an edge. */
const EDGE = 0.05;
/** How much longer than the direct way the way through a mixture in Oklab may be. */
const DETOUR = 1.25;

/**
 * Gives pixels on an edge, which are a mixture of both sides, the colour of the nearer side. Otherwise the mixtures
 * along an edge would be separate segments: thin rims around every thing. Lines one pixel wide are kept, because their
 * colour is not between those of their neighbours.
 */
export function unmixEdges(image: LabImage): LabImage {
  const { width, height } = image;
  const source = Int32Array.from({ length: width * height }, (_, at) => at);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const across = x > 0 && x + 1 < width ? sideOf(image, at, 1) : at;
      source[at] = across !== at || y === 0 || y + 1 === height ? across : sideOf(image, at, width);
    }
  }
  const unmixed = (plane: Float32Array): Float32Array =>
    Float32Array.from(source, (from) => plane[from] as number);
  return {
    width,
    height,
    lightness: unmixed(image.lightness),
    greenRed: unmixed(image.greenRed),
    blueYellow: unmixed(image.blueYellow),
  };
}

/** The neighbour, `step` before or after, whose colour a mixture gets; the pixel itself if it is not a mixture. */
function sideOf(image: LabImage, at: number, step: number): number {
  const contrast = labDistance(image, at - step, at + step);
  if (contrast < EDGE) return at;
  const before = labDistance(image, at - step, at);
  const behind = labDistance(image, at, at + step);
  if (before + behind > DETOUR * contrast) return at;
  return before <= behind ? at - step : at + step;
}
