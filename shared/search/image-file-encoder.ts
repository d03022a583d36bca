import type { SearchGeneration } from './search-generation.ts';

/** Makes the coarse vector of an image file as the build of a generation made those of its images: of the same file, the same. */
export interface ImageFileEncoder {
  /**
   * The unit vector `[dimensions]` of an image. The file is not kept.
   *
   * @throws AppError `image_invalid` for a file that cannot be read as an image, `request_too_large` for one of too many pixels,
   *   `image_encoder_missing` if the generation's images were encoded by what is not here; the signal's reason.
   */
  encode(file: Uint8Array, signal: AbortSignal): Promise<Float32Array>;
  /** Frees what it holds. */
  close(): Promise<void>;
}

/** Opens the encoder of a generation's images; nothing is loaded before the first image. */
export type OpenImageFileEncoder = (
  generation: Pick<SearchGeneration, 'files' | 'manifest'>,
) => ImageFileEncoder;
