import sharp from 'sharp';
import { AppError } from '../../../shared/errors/index.ts';
import type { GalleryImage } from '../scenes/index.ts';

/** Pixels of the image for each unit of the drawing: twice as many are sharp on dense screens. */
const PIXELS_PER_UNIT = 2;
/** At this density librsvg renders a unit as one pixel. */
const UNIT_DENSITY = 72;
// One image at a time in each thread: more threads inside would only compete for the cores.
sharp.concurrency(1);
sharp.cache(false);

/** A rendered drawing. */
export interface Pixels {
  /** `[height, width, 3]`, sRGB. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Renders a drawing. */
export async function renderPixels(image: Pick<GalleryImage, 'svg' | 'width' | 'height'>): Promise<Pixels> {
  const [width, height] = [image.width * PIXELS_PER_UNIT, image.height * PIXELS_PER_UNIT];
  const { data, info } = await sharp(Buffer.from(image.svg), { density: UNIT_DENSITY * PIXELS_PER_UNIT })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.width !== width || info.height !== height || info.channels !== 3) {
    throw new AppError(
      'internal',
      `a drawing of ${width} x ${height} pixels was rendered as ${info.width} x ${info.height} x ${info.channels}`,
    );
  }
  return { data, width, height };
}
