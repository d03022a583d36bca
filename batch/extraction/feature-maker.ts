import type { FeatureIdentity } from '../../shared/schema/index.ts';
import { ContentCache } from '../photos/memory/content-cache.ts';
import { nameOfForm, type PixelForm, type Pixels } from '../photos/read/decode-pixels.ts';

/** The features of a photograph as a data folder has them. */
export interface PhotoFeatures {
  /** `[R, F]`, the bits of half floats. */
  readonly regions: Uint16Array;
  /** `[W]`, of a maker that describes whole photographs. */
  readonly whole?: Float32Array | undefined;
}

/** Makes something of the pixels of photographs, that is kept by content. */
export interface PhotoMaker {
  /** How photographs are decoded for it. */
  readonly form: PixelForm;
  /** Photographs that it works on at a time, and that wait for its start. */
  readonly atOnce: number;
  /** Bytes that it makes of a photograph. */
  readonly bytes: number;
  /**
   * Works on photographs in their order, while the caller decodes the next ones.
   *
   * @param photos in its form.
   * @throws AppError of what it runs; what `photos` throws; the signal's reason.
   */
  make<Photo extends Pixels>(
    photos: AsyncIterable<Photo>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<{ readonly photo: Photo; readonly bytes: Uint8Array }>;
}

/** A feature source for many photographs. */
export interface FeatureMaker extends PhotoMaker {
  readonly identity: FeatureIdentity;
  /** W, if it describes whole photographs, too. */
  readonly wholeSize?: number | undefined;
  /** The part of the cache where it remembers scans, which depend on the form; the cache itself if undefined. */
  readonly scans?: string | undefined;
  /** @throws AppError `internal` for another number of bytes. */
  unpack(bytes: Uint8Array<ArrayBuffer>): PhotoFeatures;
}

/** Where the features of a maker are kept, by content. */
export function featureCache(
  cache: string,
  { identity: { source, version, weights = '' }, form }: Pick<FeatureMaker, 'identity' | 'form'>,
): ContentCache {
  return new ContentCache(cache, `${source}@${version}-${weights.slice(0, 16)}-${nameOfForm(form)}`);
}
