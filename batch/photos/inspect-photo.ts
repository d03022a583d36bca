import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Admission } from '../../shared/async/admission.ts';
import { perceptualHash } from './alike/perceptual-hash.ts';
import { photoFactsSchema, readPhotoFacts } from './facts/photo-facts.ts';
import { decodePixels, type PixelForm, type Pixels } from './read/decode-pixels.ts';
import { type OpenOptions, openPhoto } from './read/open-photo.ts';

/** What is known of an image file from its bytes alone. */
export const inspectionSchema = z.object({
  /** SHA-256 of the file, as hexadecimal digits. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  format: z.enum(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'heic', 'svg']),
  /** Of the file. */
  bytes: z.number().int().positive(),
  /** Upright, in pixels. */
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  /** 64 bits as hexadecimal digits; images that look alike differ in few. Absent if the image is too plain to compare. */
  look: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  facts: photoFactsSchema,
});
export type Inspection = z.infer<typeof inspectionSchema>;

/** Chosen: more than most cameras take. Larger images are decoded one at a time, because most formats are decoded in memory as a whole. */
const LARGE_PIXELS = 40e6;
const largeImages = new Admission(1, Number.POSITIVE_INFINITY);

export interface InspectOptions extends OpenOptions {
  readonly form: PixelForm;
  readonly gps: boolean;
  readonly signal: AbortSignal;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Decodes an image file once, for its pixels and for all that is known of it.
 *
 * @param sha256 of the bytes.
 * @throws PhotoFault
 */
export async function inspectPhoto(
  bytes: Uint8Array,
  sha256: string,
  { form, gps, signal, ...options }: InspectOptions,
): Promise<{ readonly inspection: Inspection; readonly pixels: Pixels }> {
  const photo = await openPhoto(bytes, options);
  const decode = () => decodePixels(photo, form, options.limits);
  const isLarge = photo.width * photo.height > LARGE_PIXELS;
  const pixels = await (isLarge ? largeImages.run(signal, decode) : decode());
  const look = await perceptualHash(pixels);
  const inspection = {
    sha256,
    format: photo.format,
    bytes: bytes.length,
    width: photo.width,
    height: photo.height,
    ...(look === undefined ? {} : { look }),
    facts: await readPhotoFacts(bytes, { gps }),
  };
  return { inspection, pixels };
}
