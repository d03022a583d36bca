import { LINEAR, toOklab } from './oklab.ts';

/** An image in Oklab: planes one after another, row-major. */
export interface LabImage {
  readonly width: number;
  readonly height: number;
  /** L, 0 (black) to 1 (white). */
  readonly lightness: Float32Array;
  /** a, green (negative) to red. */
  readonly greenRed: Float32Array;
  /** b, blue (negative) to yellow. */
  readonly blueYellow: Float32Array;
}

/**
 * An image in Oklab whose longer side has at most `longest` pixels. Linear light is averaged over the pixels that a
 * reduced pixel covers, so that fine patterns become their mean colour.
 *
 * @param rgb `[height, width, 3]`, sRGB.
 */
export function labImage(rgb: Uint8Array, width: number, height: number, longest: number): LabImage {
  const factor = Math.max(1, Math.max(width, height) / longest);
  const [outWidth, outHeight] = [width, height].map((side) => Math.max(1, Math.round(side / factor))) as [
    number,
    number,
  ];
  const count = outWidth * outHeight;
  const image: LabImage = {
    width: outWidth,
    height: outHeight,
    lightness: new Float32Array(count),
    greenRed: new Float32Array(count),
    blueYellow: new Float32Array(count),
  };
  for (let y = 0; y < outHeight; y++) {
    const [top, bottom] = span(y, outHeight, height);
    for (let x = 0; x < outWidth; x++) {
      const [left, right] = span(x, outWidth, width);
      let [red, green, blue] = [0, 0, 0];
      for (let row = top; row < bottom; row++) {
        for (let at = 3 * (row * width + left); at < 3 * (row * width + right); at += 3) {
          red += LINEAR[rgb[at] as number] as number;
          green += LINEAR[rgb[at + 1] as number] as number;
          blue += LINEAR[rgb[at + 2] as number] as number;
        }
      }
      const area = (bottom - top) * (right - left);
      toOklab(red / area, green / area, blue / area, image, y * outWidth + x);
    }
  }
  return image;
}

/** The source pixels `[from, to)`, at least one, of a reduced pixel. */
function span(index: number, count: number, source: number): [from: number, to: number] {
  const from = Math.floor((index * source) / count);
  return [from, Math.max(from + 1, Math.floor(((index + 1) * source) / count))];
}

/** Colour distance of two pixels in Oklab. 1 is black to white; people just notice about 0.02. */
export function labDistance(image: LabImage, first: number, second: number): number {
  const { lightness, greenRed, blueYellow } = image;
  const l = (lightness[first] as number) - (lightness[second] as number);
  const a = (greenRed[first] as number) - (greenRed[second] as number);
  const b = (blueYellow[first] as number) - (blueYellow[second] as number);
  return Math.sqrt(l * l + a * a + b * b);
}
