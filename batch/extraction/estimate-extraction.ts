import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pMapIterable } from 'p-map';
import type { PretrainedEncoder } from '../../shared/platform/pretrained/pretrained-encoder.ts';
import { findPhotos } from '../photos/find/find-photos.ts';
import type { PhotoEntry } from '../photos/find/photo-entry.ts';
import { HeicDecoder } from '../photos/heic/heic-decoder.ts';
import { inspectPhoto, sha256Of } from '../photos/inspect-photo.ts';
import { ScanRecord, scanRecordPath } from '../photos/memory/scan-record.ts';
import { PhotoFault } from '../photos/photo-problem.ts';
import type { Pixels } from '../photos/read/decode-pixels.ts';
import type { PhotoLimits } from '../photos/read/photo-limits.ts';
import { fileState, isHeicFile, readPhotoFile } from '../photos/read/read-file.ts';
import { defaultThreads, readerName } from '../photos/scan-photos.ts';
import { photoVectorCache, vectorMaker } from './encode-photos.ts';
import { type FeatureMaker, featureCache, type PhotoMaker } from './feature-maker.ts';

export interface EstimateOptions {
  /** A folder, or a list. */
  readonly source: string;
  readonly cache: string;
  readonly limits: PhotoLimits;
  readonly gps: boolean;
  readonly threads?: number | undefined;
  /** Makes the features. */
  readonly maker: FeatureMaker;
  /** Encodes the photographs as well. */
  readonly encoder?: PretrainedEncoder | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What an extraction would cost. */
export interface ExtractionEstimate {
  /** Files and addresses that may be photographs, without those that have no decoder. */
  readonly files: number;
  /** Of these, those whose features are not known yet. */
  readonly unknown: number;
  /** HEIC files that an extraction lists as problems, because their decoder is not installed. */
  readonly withoutDecoder: number;
  /** Photographs a second that are described, measured on some of them; undefined if there was none to measure. */
  readonly rate: number | undefined;
  /** The work of the pretrained encoder, if there is one: the files without a vector, and how many it encodes in a second. */
  readonly encoding?: { readonly unknown: number; readonly rate: number | undefined } | undefined;
  /** Of all work; undefined if a part of it could not be measured. */
  readonly seconds: number | undefined;
  /** Bytes that will be written: features and vectors in the cache, and the data folder. */
  readonly bytes: number;
}

/** Photographs that are measured, for each at a time. Chosen: the first of them waits for the start and does not count. */
const MEASURED = 8;

/**
 * Measures on a few photographs what an extraction would take. It writes nothing.
 *
 * @throws AppError as `findPhotos`, `PhotoMaker.make` and `vectorMaker`; the signal's reason.
 */
export async function estimateExtraction(options: EstimateOptions): Promise<ExtractionEstimate> {
  const { source, cache, maker, encoder, gps, signal } = options;
  const known = await featureCache(cache, maker).keys();
  const encoded = encoder && (await photoVectorCache(cache, encoder).keys());
  const record = await ScanRecord.read(
    scanRecordPath(join(cache, maker.scans ?? ''), source),
    readerName({ form: maker.form, gps }),
  );
  const readsHeic = HeicDecoder.isInstalled();
  const unknown: PhotoEntry[] = [];
  const withoutVector: PhotoEntry[] = [];
  let [files, withoutDecoder] = [0, 0];
  for await (const found of findPhotos(source)) {
    signal?.throwIfAborted();
    if (found.kind === 'problem') continue;
    const last = record.last(found.name);
    const isSame = last !== undefined && last.state === (await stateOf(found));
    if (isSame && last.inspection === null) continue;
    const content = isSame ? last.inspection?.sha256 : undefined;
    const lacks = (made: ReadonlySet<string>): boolean => content === undefined || !made.has(content);
    const [isUnknown, isWithoutVector] = [lacks(known), encoded !== undefined && lacks(encoded)];
    if (isUnknown || isWithoutVector) {
      if (!readsHeic && 'path' in found.location && (await isHeicFile(found.location.path))) {
        withoutDecoder++;
        continue;
      }
      if (isUnknown) unknown.push(found);
      if (isWithoutVector) withoutVector.push(found);
    }
    files++;
  }
  const vectors = encoder && (await vectorMaker(encoder));
  const rate = await measure(unknown, maker, options);
  const encoding = vectors && {
    unknown: withoutVector.length,
    rate: await measure(withoutVector, vectors, options),
  };
  const parts = [secondsOf(unknown.length, rate), encoding ? secondsOf(encoding.unknown, encoding.rate) : 0];
  return {
    files,
    unknown: unknown.length,
    withoutDecoder,
    rate,
    ...(encoding ? { encoding } : {}),
    seconds: parts.reduce<number | undefined>(
      (sum, part) => (sum === undefined || part === undefined ? undefined : sum + part),
      0,
    ),
    bytes:
      (files + unknown.length) * maker.bytes + (vectors ? (files + withoutVector.length) * vectors.bytes : 0),
  };
}

/** Undefined for work that could not be measured. */
function secondsOf(photographs: number, rate: number | undefined): number | undefined {
  if (photographs === 0) return 0;
  return rate === undefined ? undefined : photographs / rate;
}

async function stateOf({ location }: PhotoEntry): Promise<string | undefined> {
  if ('url' in location) return undefined;
  return stat(location.path, { bigint: true }).then(
    (found) => fileState(found).text,
    () => undefined,
  );
}

async function measure(
  unknown: readonly PhotoEntry[],
  maker: PhotoMaker,
  { limits, gps, threads = defaultThreads(), signal }: EstimateOptions,
): Promise<number | undefined> {
  const { form, atOnce } = maker;
  const paths = unknown.flatMap(({ location }) => ('path' in location ? [location.path] : []));
  const count = Math.min(paths.length, MEASURED * atOnce);
  const chosen = Array.from(
    { length: count },
    (_, index) => paths[Math.floor((index * paths.length) / count)],
  );
  const heic = HeicDecoder.isInstalled() ? new HeicDecoder(threads) : undefined;
  const decode = async (path = ''): Promise<Pixels | undefined> => {
    signal?.throwIfAborted();
    try {
      const { bytes } = await readPhotoFile(path, limits.bytes);
      if (bytes === undefined) return undefined;
      const { pixels } = await inspectPhoto(bytes, sha256Of(bytes), {
        limits,
        gps,
        form,
        signal: signal ?? new AbortController().signal,
        decodeHeic: heic?.decode,
      });
      return pixels;
    } catch (thrown) {
      if (thrown instanceof PhotoFault) return undefined;
      throw thrown;
    }
  };
  const decoded = pMapIterable(chosen, decode, { concurrency: threads, backpressure: 2 * threads });
  const times: number[] = [];
  try {
    for await (const _ of maker.make(present(decoded), signal)) {
      times.push(performance.now());
    }
  } finally {
    await heic?.close();
  }
  // The first ones wait for the start.
  const [first, last] = [times[atOnce - 1], times.at(-1)];
  const measured = times.length - atOnce;
  if (first === undefined || last === undefined || measured <= 0 || last <= first) return undefined;
  return (1000 * measured) / (last - first);
}

async function* present<T>(items: AsyncIterable<T | undefined>): AsyncGenerator<T> {
  for await (const item of items) if (item !== undefined) yield item;
}
