import sharp from 'sharp';
import { AppError } from '../../../shared/errors/index.ts';
import { extractRegions } from '../regions/index.ts';
import type { GalleryPicture } from '../scenes/index.ts';
import type { PictureRecord } from './picture-record.ts';

/** WebP at which drawn edges show no ringing; colour is not halved along them. */
const WEBP = { quality: 90, smartSubsample: true } as const;

/** Renders a drawing, finds and describes its regions from the pixels, and encodes it as a file. */
export async function renderPicture(picture: GalleryPicture): Promise<PictureRecord> {
  const { svg, width, height, captions } = picture;
  const { data, info } = await sharp(Buffer.from(svg))
    .flatten({ background: '#ffffff' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.width !== width || info.height !== height || info.channels !== 3) {
    throw new AppError(
      'internal',
      `a drawing of ${width} x ${height} was rendered as ${info.width} x ${info.height} x ${info.channels}`,
    );
  }
  const file = await sharp(data, { raw: { width, height, channels: 3 } })
    .webp(WEBP)
    .toBuffer();
  const { boxes, features } = extractRegions(data, width, height);
  return { width, height, captions, file: new Uint8Array(file), boxes, features };
}
