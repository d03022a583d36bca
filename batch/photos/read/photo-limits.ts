/** What a photograph may cost to read. */
export interface PhotoLimits {
  /** The largest file, in bytes. */
  readonly bytes: number;
  /** The largest image, in pixels. */
  readonly pixels: number;
  /** How long decoding may take, in seconds. */
  readonly seconds: number;
}

/** Chosen: scans of 100 megapixels pass; a decoded image takes 4 bytes a pixel. */
export const DEFAULT_LIMITS: PhotoLimits = { bytes: 256 * 2 ** 20, pixels: 200e6, seconds: 60 };
