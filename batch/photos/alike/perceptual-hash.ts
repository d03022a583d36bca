import sharpPhash from 'sharp-phash';
import type { Pixels } from '../read/decode-pixels.ts';

/** The package is a CommonJS function; its types describe a module. */
const phash = sharpPhash as unknown as typeof sharpPhash.default;

/** Below this deviation of brightness (of 255), the bits of the hash are noise. Chosen. */
const LEAST_CONTRAST = 4;
/** Pixels between two that the contrast is computed from. Chosen: no divisor of common widths, so that all columns are met. */
const STEP = 13;

/**
 * The perceptual hash of an image, 64 bits as 16 hexadecimal digits: signs of the 8 x 8 lowest frequencies of its
 * brightness (pHash, by the package `sharp-phash`). It does not depend on size, compression and small changes of
 * colour. Undefined for an image that is too plain to compare: all of those would look alike.
 */
export async function perceptualHash({ rgb, width, height }: Pixels): Promise<string | undefined> {
  if (contrast(rgb) < LEAST_CONTRAST) return undefined;
  const bits = await phash(Buffer.from(rgb.buffer, rgb.byteOffset, rgb.byteLength), {
    raw: { width, height, channels: 3 },
  });
  return BigInt(`0b${bits}`).toString(16).padStart(16, '0');
}

/** Standard deviation of the green channel, which is most of brightness. */
function contrast(rgb: Uint8Array): number {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let at = 1; at < rgb.length; at += 3 * STEP) {
    const value = rgb[at] ?? 0;
    count++;
    sum += value;
    squares += value * value;
  }
  const mean = sum / count;
  return Math.sqrt(Math.max(0, squares / count - mean * mean));
}
