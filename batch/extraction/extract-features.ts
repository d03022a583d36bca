import { join } from 'node:path';
import { pMapIterable } from 'p-map';
import { countPhotos } from '../photos/find/find-photos.ts';
import { ScanRecord, scanRecordPath } from '../photos/memory/scan-record.ts';
import type { PhotoProblem } from '../photos/photo-problem.ts';
import type { Pixels } from '../photos/read/decode-pixels.ts';
import type { PhotoLimits } from '../photos/read/photo-limits.ts';
import { type Photo, readerName, type Scanned, scanPhotos } from '../photos/scan-photos.ts';
import type { Report } from '../report.ts';
import { type FeatureMaker, featureCache } from './feature-maker.ts';

export interface ExtractFeaturesOptions {
  /** A folder, or a list. */
  readonly source: string;
  /** Where features are kept by content, and what is remembered of scans. */
  readonly cache: string;
  readonly maker: FeatureMaker;
  readonly limits: PhotoLimits;
  readonly gps: boolean;
  /** Files decoded at a time; `defaultThreads` by default. */
  readonly threads?: number | undefined;
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
 * @throws AppError as `scanPhotos` and `FeatureMaker.make`, `file_unwritable`; the signal's reason.
 */
export async function extractFeatures(
  options: ExtractFeaturesOptions,
  report: Report,
): Promise<ExtractedFeatures> {
  const { source, cache, maker, limits, gps, threads, signal } = options;
  const { form } = maker;
  const features = featureCache(cache, maker);
  const total = await countPhotos(source, signal);
  const record = await ScanRecord.open(
    scanRecordPath(join(cache, maker.scans ?? ''), source),
    readerName({ form, gps }),
  );
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
      form,
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
      maker.make(startingWith(first.value, unknown), signal),
      ({ photo, bytes }) => features.put(photo.sha256, bytes),
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
interface Undescribed extends Pixels {
  readonly sha256: string;
}

/** The photographs of a scan whose pixels are wanted. @param hear gets every result of the scan first */
export async function* withPixels(
  scan: AsyncGenerator<Scanned>,
  hear: (result: Scanned) => void = () => {},
): AsyncGenerator<Undescribed> {
  for await (const result of scan) {
    hear(result);
    if (result.kind !== 'photo' || result.pixels === undefined) continue;
    yield { ...result.pixels, sha256: result.photo.inspection.sha256 };
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
