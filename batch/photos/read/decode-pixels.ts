import type { KernelEnum } from 'sharp';
import { PhotoFault } from '../photo-problem.ts';
import { type OpenPhoto, refuse } from './open-photo.ts';
import type { PhotoLimits } from './photo-limits.ts';

/** How pixels are asked for. */
export interface PixelForm {
  /** The side of the square, in pixels. */
  readonly size: number;
  /** `fill` squashes the image into the square; `inside` keeps its proportions within it, `outside` around it; `cover` cuts its middle. */
  readonly fit: 'fill' | 'inside' | 'outside' | 'cover';
  /** What interpolates; `linear` and `cubic` are bilinear and bicubic. */
  readonly kernel: keyof KernelEnum;
  /** Whether smaller images are enlarged; true by default. */
  readonly enlarge?: boolean | undefined;
}

/** An image as pixels: `[height, width, 3]`, sRGB. */
export interface Pixels {
  readonly rgb: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** One name for the form, for what is made from it. */
export function nameOfForm({ size, fit, kernel, enlarge = true }: PixelForm): string {
  return `${size}-${fit}-${kernel}${enlarge ? '' : '-at-most'}`;
}

/**
 * Decodes a photograph to pixels of a form. The same file gives the same pixels.
 *
 * @throws PhotoFault
 */
export async function decodePixels(photo: OpenPhoto, form: PixelForm, limits: PhotoLimits): Promise<Pixels> {
  const { size, fit, kernel, enlarge = true } = form;
  try {
    const image = await photo.decoder(size);
    const { data, info } = await image
      .resize(
        fit === 'outside'
          ? { ...around(photo, size), kernel }
          : { width: size, height: size, fit, kernel, withoutEnlargement: !enlarge },
      )
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) {
      throw new PhotoFault('damaged', `its colours cannot be read as RGB (${info.channels} channels)`);
    }
    return { rgb: new Uint8Array(data), width: info.width, height: info.height };
  } catch (thrown) {
    return refuse(limits)(thrown);
  }
}

/** The size of an image whose shorter side has this length: the other one is rounded down, as the preprocessing of CLIP does. */
function around({ width, height }: Pick<OpenPhoto, 'width' | 'height'>, size: number) {
  const scaled = (side: number) => Math.floor((size * side) / Math.min(width, height));
  return { width: scaled(width), height: scaled(height), fit: 'fill' } as const;
}
