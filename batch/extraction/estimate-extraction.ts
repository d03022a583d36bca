import { stat } from 'node:fs/promises';
import { pMapIterable } from 'p-map';
import { defaultProcesses, describePhotos } from '../features/photo-regions/describe-photos.ts';
import { readPhotoModel } from '../features/photo-regions/model-file.ts';
import { PHOTO_FORM } from '../features/photo-regions/photo-network.ts';
import { findPhotos } from '../photos/find/find-photos.ts';
import type { PhotoEntry } from '../photos/find/photo-entry.ts';
import { HeicDecoder } from '../photos/heic/heic-decoder.ts';
import { inspectPhoto, sha256Of } from '../photos/inspect-photo.ts';
import { ScanRecord, scanRecordPath } from '../photos/memory/scan-record.ts';
import { PhotoFault } from '../photos/photo-problem.ts';
import type { PhotoLimits } from '../photos/read/photo-limits.ts';
import { fileState, isHeicFile, readPhotoFile } from '../photos/read/read-file.ts';
import { defaultThreads, readerName } from '../photos/scan-photos.ts';
import { photoFeatureCache } from './extract-photos.ts';
import { FEATURE_BYTES } from './photo-features.ts';

export interface EstimateOptions {
  /** A folder, or a list. */
  readonly source: string;
  readonly cache: string;
  readonly limits: PhotoLimits;
  readonly gps: boolean;
  readonly threads?: number | undefined;
  readonly processes?: number | undefined;
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
  /** Photographs a second, measured on some of them; undefined if there was none to measure. */
  readonly rate: number | undefined;
  readonly seconds: number | undefined;
  /** Bytes that will be written: features in the cache, and the data folder. */
  readonly bytes: number;
}

/** Photographs that are measured, for each process. Chosen: the first of them waits for the start of its process and does not count. */
const MEASURED = 8;

/**
 * Measures on a few photographs what an extraction would take. It writes nothing.
 *
 * @throws AppError as `findPhotos` and `describePhotos`; the signal's reason.
 */
export async function estimateExtraction(options: EstimateOptions): Promise<ExtractionEstimate> {
  const { source, cache, gps, signal } = options;
  const network = await readPhotoModel();
  const known = await photoFeatureCache(cache, network).keys();
  const record = await ScanRecord.read(scanRecordPath(cache, source), readerName({ form: PHOTO_FORM, gps }));
  const readsHeic = HeicDecoder.isInstalled();
  const unknown: PhotoEntry[] = [];
  let [files, withoutDecoder] = [0, 0];
  for await (const found of findPhotos(source)) {
    signal?.throwIfAborted();
    if (found.kind === 'problem') continue;
    const last = record.last(found.name);
    const isSame = last !== undefined && last.state === (await stateOf(found));
    if (isSame && last.inspection === null) continue;
    if (!isSame || last.inspection === null || !known.has(last.inspection.sha256)) {
      if (!readsHeic && 'path' in found.location && (await isHeicFile(found.location.path))) {
        withoutDecoder++;
        continue;
      }
      unknown.push(found);
    }
    files++;
  }
  const rate = await measure(unknown, network, options);
  return {
    files,
    unknown: unknown.length,
    withoutDecoder,
    rate,
    seconds: unknown.length === 0 ? 0 : rate === undefined ? undefined : unknown.length / rate,
    bytes: (files + unknown.length) * FEATURE_BYTES,
  };
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
  model: Awaited<ReturnType<typeof readPhotoModel>>,
  { limits, gps, threads = defaultThreads(), processes = defaultProcesses(), signal }: EstimateOptions,
): Promise<number | undefined> {
  const paths = unknown.flatMap(({ location }) => ('path' in location ? [location.path] : []));
  const count = Math.min(paths.length, MEASURED * processes);
  const chosen = Array.from(
    { length: count },
    (_, index) => paths[Math.floor((index * paths.length) / count)],
  );
  const heic = HeicDecoder.isInstalled() ? new HeicDecoder(threads) : undefined;
  const decode = async (path = ''): Promise<{ readonly rgb: Uint8Array } | undefined> => {
    signal?.throwIfAborted();
    try {
      const { bytes } = await readPhotoFile(path, limits.bytes);
      if (bytes === undefined) return undefined;
      const { pixels } = await inspectPhoto(bytes, sha256Of(bytes), {
        limits,
        gps,
        form: PHOTO_FORM,
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
    for await (const _ of describePhotos(present(decoded), { model, processes, signal })) {
      times.push(performance.now());
    }
  } finally {
    await heic?.close();
  }
  // The first ones wait for the processes to start.
  const [first, last] = [times[processes - 1], times.at(-1)];
  const measured = times.length - processes;
  if (first === undefined || last === undefined || measured <= 0 || last <= first) return undefined;
  return (1000 * measured) / (last - first);
}

async function* present<T>(items: AsyncIterable<T | undefined>): AsyncGenerator<T> {
  for await (const item of items) if (item !== undefined) yield item;
}
