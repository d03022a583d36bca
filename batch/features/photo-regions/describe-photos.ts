import { availableParallelism } from 'node:os';
import { type PhotoModelFile, readPhotoModel } from './model-file.ts';
import type { PhotoDescription, PhotoDevice } from './photo-network.ts';
import { startPhotoProcesses } from './photo-processes.ts';

export interface DescribeOptions {
  /** `cpu` by default. */
  readonly device?: PhotoDevice | undefined;
  /** Processes, each with about 200 MiB (measured); `defaultProcesses` by default. */
  readonly processes?: number | undefined;
  /** Photographs of one pass: on a processor by default 1, as batches of 4 and 8 take as long for each (measured), else 16 (chosen). */
  readonly batch?: number | undefined;
  /** The network; by default the one that ships. */
  readonly model?: PhotoModelFile | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A photograph to describe: `rgb` `[340, 340, 3]`, sRGB, in the form of `PHOTO_FORM`. */
export interface PhotoPixels {
  readonly rgb: Uint8Array;
}

/** Chosen: more would need memory rather than save time. */
const MOST_PROCESSES = 16;

/** One process for each core, up to 16; two for another device than the processor. */
export function defaultProcesses(device: PhotoDevice = 'cpu', cores = availableParallelism()): number {
  return device === 'cpu' ? Math.min(cores, MOST_PROCESSES) : 2;
}

/**
 * Describes photographs in processes while the caller decodes the next ones. Everything comes in the order in which it
 * was given, and at the latest when two batches for each process wait or `photos` ends: no more than these are in memory.
 *
 * @throws AppError `shape_mismatch` for pixels of another form, `backend_unavailable`, `checksum_mismatch` and others of
 *   `readPhotoModel`; what `photos` throws; the signal's reason. No process is left in any case.
 */
export async function* describePhotos<Photo extends PhotoPixels>(
  photos: AsyncIterable<Photo> | Iterable<Photo>,
  options: DescribeOptions = {},
): AsyncGenerator<{ readonly photo: Photo; readonly description: PhotoDescription }> {
  const { device = 'cpu', signal } = options;
  const processes = options.processes ?? defaultProcesses(device);
  const size = options.batch ?? (device === 'cpu' ? 1 : 16);
  const { bytes: model } = options.model ?? (await readPhotoModel());
  const pool = startPhotoProcesses(processes, model, device);
  const describe = async (batch: readonly Photo[]) => {
    const descriptions = await pool.describe(batch.map(({ rgb }) => rgb));
    return descriptions.map((description, index) => ({ photo: batch[index] as Photo, description }));
  };
  try {
    const running: ReturnType<typeof describe>[] = [];
    const start = (batch: readonly Photo[]) => {
      const described = describe(batch);
      // Somebody waits for it later, and gets the error then.
      described.catch(() => {});
      running.push(described);
    };
    let batch: Photo[] = [];
    for await (const photo of photos) {
      signal?.throwIfAborted();
      batch.push(photo);
      if (batch.length < size) continue;
      start(batch);
      batch = [];
      if (running.length >= 2 * processes) yield* await (running.shift() as (typeof running)[number]);
    }
    if (batch.length > 0) start(batch);
    for (const described of running) {
      signal?.throwIfAborted();
      yield* await described;
    }
  } finally {
    await pool.close();
  }
}
