import { type OpenOptions, openPhoto, refuse } from './open-photo.ts';

/** The widths that images are served in, in pixels. Chosen: a card of the page, and the whole image. */
export const RENDITION_WIDTHS = [320, 960] as const;
export type RenditionWidth = (typeof RENDITION_WIDTHS)[number];

/** Raised whenever renditions of the same image look different. */
const VERSION = 1;
/** Chosen, as the default of sharp. */
const QUALITY = 80;

/** What made a rendition: a maker of a `ContentCache`. */
export function renditionMaker(width: RenditionWidth): string {
  return `webp-${width}@${VERSION}`;
}

/**
 * An image file as WebP of at most this width, upright, in sRGB, on white, without any metadata. Images that are
 * narrower keep their size.
 *
 * @throws PhotoFault
 */
export async function renderPhoto(
  bytes: Uint8Array,
  width: RenditionWidth,
  options: OpenOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const photo = await openPhoto(bytes, options);
  try {
    const image = await photo.decoder(width);
    const webp = await image
      .resize({ width, withoutEnlargement: true })
      .webp({ quality: QUALITY, smartSubsample: true })
      .toBuffer();
    return new Uint8Array(webp);
  } catch (thrown) {
    return refuse(options.limits)(thrown);
  }
}
