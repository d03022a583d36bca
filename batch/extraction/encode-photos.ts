import { AppError } from '../../shared/errors/index.ts';
import type { PretrainedEncoder } from '../../shared/platform/pretrained/pretrained-encoder.ts';
import { openPretrainedImages, readImageForm } from '../../shared/platform/pretrained/pretrained-images.ts';
import { ContentCache } from '../photos/memory/content-cache.ts';
import { ScanRecord, scanRecordPath } from '../photos/memory/scan-record.ts';
import type { PhotoLimits } from '../photos/read/photo-limits.ts';
import { readerName, scanPhotos } from '../photos/scan-photos.ts';
import type { Report } from '../report.ts';
import { withPixels } from './extract-features.ts';
import type { PhotoMaker } from './feature-maker.ts';

export interface EncodePhotosOptions {
  /** A folder, or a list. */
  readonly source: string;
  /** What is remembered of scans. */
  readonly cache: string;
  /** Where the vectors are kept, by content. */
  readonly vectors: ContentCache;
  readonly encoder: PretrainedEncoder;
  /** The contents that need a vector. */
  readonly contents: ReadonlySet<string>;
  readonly limits: PhotoLimits;
  /** Files decoded at a time; by default one more than there are cores. */
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Raised whenever the same photograph and encoder give another vector. */
const VERSION = 1;

/** The vectors of photographs by a pretrained encoder, by content. */
export function photoVectorCache(
  cache: string,
  { identity }: Pick<PretrainedEncoder, 'identity'>,
): ContentCache {
  return new ContentCache(cache, `pretrained@${VERSION}-${identity.slice(0, 16)}`);
}

/**
 * Encodes the photographs of a source whose vectors are not kept yet, each content once. They are decoded as the encoder
 * needs them, while others are encoded; a stopped run continues where it was.
 *
 * @returns how many were encoded now.
 * @throws AppError as `scanPhotos` and `openPretrainedImages`, `shape_mismatch`, `file_unwritable`; the signal's reason.
 */
export async function encodePhotos(options: EncodePhotosOptions, report: Report): Promise<number> {
  const { source, cache, vectors, encoder, contents, limits, threads, signal } = options;
  const known = await vectors.keys();
  const missing = new Set([...contents].filter((sha256) => !known.has(sha256)));
  if (missing.size === 0) return 0;
  const maker = await vectorMaker(encoder);
  const { form } = maker;
  // A record of its own: what is remembered depends on how photographs are decoded.
  const path = scanRecordPath(`${cache}/scans-${encoder.identity.slice(0, 16)}`, source);
  const record = await ScanRecord.open(path, readerName({ form, gps: false }));
  let encoded = 0;
  await report.stage(`encode by ${encoder.name}`, 'photographs', async (onProgress) => {
    const scan = scanPhotos({
      source,
      limits,
      form,
      gps: false,
      record,
      pixelsFor: (sha256) => missing.has(sha256),
      concurrency: threads,
      signal,
    });
    for await (const { photo, bytes } of maker.make(withPixels(scan), signal)) {
      await vectors.put(photo.sha256, bytes);
      encoded++;
      onProgress(encoded, missing.size);
    }
  });
  return encoded;
}

/** The image side of a pretrained encoder. @throws AppError of `readImageForm`. */
export async function vectorMaker(encoder: PretrainedEncoder): Promise<PhotoMaker> {
  const { folder, images, dimensions } = encoder;
  const { pixels: form } = await readImageForm(folder);
  return {
    form,
    atOnce: 1,
    bytes: 4 * dimensions,
    async *make(photos, signal) {
      const network = await openPretrainedImages(folder, images);
      try {
        for await (const photo of photos) {
          signal?.throwIfAborted();
          const vector = await network.encode(photo);
          if (vector.length !== dimensions) throw otherLength(encoder, vector.length);
          yield { photo, bytes: new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength) };
        }
      } finally {
        await network.close();
      }
    },
  };
}

function otherLength({ name, folder, dimensions }: PretrainedEncoder, found: number): AppError {
  return new AppError(
    'shape_mismatch',
    `the pretrained encoder ${name} gives vectors of ${found} for images and of ${dimensions} for texts`,
    { hint: `the networks in ${folder} are of two models, or exported without their projection` },
  );
}
