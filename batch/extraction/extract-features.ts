import { pMapIterable } from 'p-map';
import { describePhotos } from '../features/photo-regions/describe-photos.ts';
import type { PhotoModelFile } from '../features/photo-regions/model-file.ts';
import { PHOTO_FORM } from '../features/photo-regions/photo-network.ts';
import { countPhotos } from '../photos/find/find-photos.ts';
import type { ContentCache } from '../photos/memory/content-cache.ts';
import { ScanRecord, scanRecordPath } from '../photos/memory/scan-record.ts';
import type { PhotoProblem } from '../photos/photo-problem.ts';
import type { PhotoLimits } from '../photos/read/photo-limits.ts';
import { type Photo, readerName, type Scanned, scanPhotos } from '../photos/scan-photos.ts';
import type { Report } from '../report.ts';
import { packFeatures } from './photo-features.ts';

export interface ExtractFeaturesOptions {
  /** A folder, or a list. */
  readonly source: string;
  /** What is remembered of scans. */
  readonly cache: string;
  /** Where the features are kept, by content. */
  readonly features: ContentCache;
  readonly network: PhotoModelFile;
  readonly limits: PhotoLimits;
  readonly gps: boolean;
  /** Files decoded at a time; `defaultThreads` by default. */
  readonly threads?: number | undefined;
  /** Processes that describe; `defaultProcesses` by default. */
  readonly processes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a source holds, with the features of every photograph kept. */
export interface ExtractedFeatures {
  readonly photos: readonly Photo[];
  readonly problems: readonly PhotoProblem[];
  /** How many contents were described now; all others were known. */
  readonly described: number;
}

/** Features that are written at a time. Chosen: each waits for the disk. */
const WRITES = 4;

/**
 * Scans a source and describes the photographs whose features are not kept yet, each content once. Photographs are decoded while others
 * are described, and features are kept as soon as they are there: a stopped run continues where it was.
 *
 * @throws AppError as `scanPhotos` and `describePhotos`, `file_unwritable`; the signal's reason.
 */
export async function extractFeatures(
  options: ExtractFeaturesOptions,
  report: Report,
): Promise<ExtractedFeatures> {
  const { source, cache, features, limits, gps, threads, signal } = options;
  const total = await countPhotos(source, signal);
  const record = await ScanRecord.open(scanRecordPath(cache, source), readerName({ form: PHOTO_FORM, gps }));
  const known = await features.keys();
  const photos: Photo[] = [];
  const problems: PhotoProblem[] = [];
  let described = 0;
  await report.stage('describe photographs', 'files', async (onProgress) => {
    let [scanned, waiting] = [0, 0];
    const tell = () => onProgress(scanned - waiting, total);
    const scan = scanPhotos({
      source,
      limits,
      form: PHOTO_FORM,
      gps,
      record,
      pixelsFor: (sha256) => !known.has(sha256),
      concurrency: threads,
      signal,
    });
    const unknown = withPixels(scan, (result) => {
      scanned++;
      if (result.kind === 'photo') photos.push(result.photo);
      if (result.kind === 'problem') problems.push(result.problem);
      if (result.kind === 'photo' && result.pixels !== undefined) waiting++;
      else tell();
    });
    const first = await unknown.next();
    // Processes are started only if there is something to do.
    if (first.done) return;
    const kept = pMapIterable(
      describePhotos(startingWith(first.value, unknown), {
        model: options.network,
        processes: options.processes,
        signal,
      }),
      ({ photo, description }) => features.put(photo.sha256, packFeatures(description)),
      { concurrency: WRITES },
    );
    for await (const _ of kept) {
      described++;
      waiting--;
      tell();
    }
  });
  return { photos, problems, described };
}

/** A photograph to describe. */
interface Undescribed {
  readonly sha256: string;
  readonly rgb: Uint8Array;
}

async function* withPixels(
  scan: AsyncGenerator<Scanned>,
  hear: (result: Scanned) => void,
): AsyncGenerator<Undescribed> {
  for await (const result of scan) {
    hear(result);
    if (result.kind !== 'photo' || result.pixels === undefined) continue;
    yield { sha256: result.photo.inspection.sha256, rgb: result.pixels.rgb };
  }
}

async function* startingWith<T>(first: T, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
