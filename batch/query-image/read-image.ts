import type { DecodeHeic } from '../photos/heic/heic-decoder.ts';
import { sniffContainer } from '../photos/photo-format.ts';
import { PhotoFault } from '../photos/photo-problem.ts';
import { decodePixels } from '../photos/read/decode-pixels.ts';
import { openPhoto } from '../photos/read/open-photo.ts';
import type { PhotoLimits } from '../photos/read/photo-limits.ts';
import type { ImageDescriber, ImageDescription } from './image-describer.ts';

/**
 * Reads an image file as photographs are read, and describes it. SVGs are refused: they are programs for drawing, whose work their size
 * does not limit.
 *
 * @throws PhotoFault; AppError of the describer.
 */
export async function readImage(
  file: Uint8Array,
  describer: ImageDescriber,
  limits: PhotoLimits,
  decodeHeic: DecodeHeic | undefined,
): Promise<ImageDescription> {
  if (sniffContainer(file) === 'svg') {
    throw new PhotoFault('not_an_image', 'an SVG is no image of pixels');
  }
  const photo = await openPhoto(file, { limits, decodeHeic });
  const { width, height } = photo;
  const { form } = describer;
  // Around a square, a long and narrow image would become as many pixels as it likes.
  const stretch = Math.max(width, height) / Math.min(width, height);
  if (form.fit === 'outside' && form.size ** 2 * stretch > limits.pixels) {
    throw new PhotoFault('too_many_pixels', `${width} x ${height} pixels are too long and narrow`);
  }
  return describer.describe(await decodePixels(photo, form, limits), { width, height });
}
