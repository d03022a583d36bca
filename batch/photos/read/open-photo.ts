import sharp, { type Metadata, type Sharp } from 'sharp';
import type { DecodeHeic } from '../heic/heic-decoder.ts';
import { tiffOfPixels } from '../heic/tiff-of-pixels.ts';
import { type PhotoFormat, sniffContainer } from '../photo-format.ts';
import { PhotoFault, tooSlow } from '../photo-problem.ts';
import type { PhotoLimits } from './photo-limits.ts';

/** The longest side that an SVG can be drawn with, in pixels. */
const MOST_SIDE = 32_767;

/** A photograph that can be decoded. */
export interface OpenPhoto {
  readonly format: PhotoFormat;
  /** As it is shown: after the orientation was applied. */
  readonly width: number;
  readonly height: number;
  /** Upright, on white, in sRGB with 8 bits; to be resized to a square of this side, or within it. */
  decoder(side: number): Promise<Sharp>;
}

export interface OpenOptions {
  readonly limits: PhotoLimits;
  /** Absent if the decoder is not installed. */
  readonly decodeHeic?: DecodeHeic | undefined;
}

/**
 * Reads the head of an image file. The format is that of the content. Of films and of files with several pages it is
 * the first frame. SVGs are drawn without anything that they refer to outside themselves.
 *
 * @throws PhotoFault
 */
export async function openPhoto(bytes: Uint8Array, { limits, decodeHeic }: OpenOptions): Promise<OpenPhoto> {
  if (bytes.length === 0) throw new PhotoFault('empty', 'the file is empty');
  const container = sniffContainer(bytes);
  if (container === undefined)
    throw new PhotoFault('not_an_image', 'the content is no image that can be read');
  const options = { failOn: 'error', limitInputPixels: limits.pixels } as const;
  const metadata = await sharp(bytes, options).metadata().catch(refuse(limits));
  const { autoOrient, format, compression } = metadata;
  const size = { width: autoOrient.width, height: autoOrient.height };
  if (size.width * size.height > limits.pixels) throw tooManyPixels(limits, size);

  if (format === 'heif' && compression !== 'av1') {
    return { format: 'heic', ...size, decoder: () => heicDecoder(bytes, metadata, limits, decodeHeic) };
  }
  return {
    format: container === 'heif' ? 'avif' : container,
    ...size,
    decoder: async (side) => {
      const image = sharp(bytes, options);
      // sharp draws an SVG as large as its resizing needs, which a long and narrow one would exceed.
      const stretch = Math.max(size.width, size.height) / Math.min(size.width, size.height);
      if (container !== 'svg' || side * stretch < MOST_SIDE) return normalised(image, metadata, limits);
      return normalised(sharp(await image.png().toBuffer()), metadata, limits);
    },
  };
}

function normalised(
  image: Sharp,
  { space, icc }: Pick<Metadata, 'space' | 'icc'>,
  { seconds }: PhotoLimits,
): Sharp {
  const upright = image.timeout({ seconds }).autoOrient().flatten({ background: '#fff' });
  // With a profile, sharp takes colours of 16 bits through Display P3; only an output profile takes them on to sRGB.
  return space === 'rgb16' && icc !== undefined
    ? upright.withIccProfile('srgb', { attach: false })
    : upright.toColourspace('srgb');
}

async function heicDecoder(
  bytes: Uint8Array,
  { icc }: Metadata,
  limits: PhotoLimits,
  decode: DecodeHeic | undefined,
): Promise<Sharp> {
  if (decode === undefined) {
    throw new PhotoFault(
      'decoder_missing',
      'HEIC needs a decoder that is not installed: npm install --no-save heic-decode',
    );
  }
  const decoded = await decode(bytes, limits.seconds).catch((cause: unknown) => {
    if (cause instanceof PhotoFault) throw cause;
    throw new PhotoFault('damaged', `it cannot be decoded: ${oneLine(cause)}`, cause);
  });
  // libheif has applied the orientation, and left the colours as the profile has them.
  const tiff = tiffOfPixels(decoded, icc);
  return normalised(sharp(tiff, { limitInputPixels: limits.pixels }), { space: 'srgb' }, limits);
}

function tooManyPixels(
  { pixels }: PhotoLimits,
  size?: { readonly width: number; readonly height: number },
): PhotoFault {
  const has = size === undefined ? 'more pixels' : `${size.width} x ${size.height} pixels, more`;
  return new PhotoFault(
    'too_many_pixels',
    `it has ${has} than the limit of ${(pixels / 1e6).toFixed(0)} megapixels (--max-megapixels)`,
  );
}

/** Turns an error of the decoder into a fault of the photograph. */
export function refuse(limits: PhotoLimits): (thrown: unknown) => never {
  return (thrown) => {
    if (thrown instanceof PhotoFault) throw thrown;
    const text = oneLine(thrown);
    if (/pixel limit|too large/i.test(text)) throw tooManyPixels(limits);
    if (/timeout/i.test(text)) throw tooSlow(limits.seconds, thrown);
    throw new PhotoFault('damaged', `it is truncated or damaged: ${text}`, thrown);
  };
}

/** The last line of a decoder's message says what was wrong; the lines before it say what was tried. */
function oneLine(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return (
    text
      .trim()
      .split('\n')
      .filter((line) => !/bad seek/.test(line))
      .at(-1) ?? text
  )
    .trim()
    .slice(0, 200);
}
