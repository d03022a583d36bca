import { withReadAhead } from '../../generation/read-ahead.ts';
import type { Matcher, PreparedImages, WorkOptions } from '../../model/index.ts';
import type { ImageReader } from './cold-images.ts';
import { NodeCache, type NodeCacheStatus } from './node-cache.ts';

/** A part of the images that a request asked for, as the matcher takes them. */
export interface ImageSlice {
  /** Images `from` to `from + prepared.count` of those that were asked for, in their order. */
  readonly prepared: PreparedImages;
  readonly from: number;
  /** Where the regions of each image lie, `[R, 4]`: x1 y1 x2 y2 as fractions of width and height. */
  readonly boxes: readonly Float32Array[];
}

/** Gives the matcher the images of a request, within a budget of memory. */
export interface ImageStore {
  readonly count: number;
  readonly status: NodeCacheStatus;
  /**
   * Lets `work` have the images in slices, one after the other, as many at once as the memory has room for. A slice is good
   * until its work has ended.
   *
   * @throws AppError `memory_exhausted`, `checksum_mismatch` and what else reading and preparing throws, or the signal's reason.
   */
  use(ids: readonly number[], signal: AbortSignal, work: (slice: ImageSlice) => Promise<void>): Promise<void>;
  /** Lets `work` have every image, in the order of the ordinals; the next slice is read meanwhile, and what was cold does not stay. */
  scan(signal: AbortSignal, work: (slice: ImageSlice) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Images in one step of filling the cache, and of a scan. */
const STEP = 256;
/** A scan has two slices at a time; together they leave most of the memory to others. */
const SCAN_SHARE = 1 / 16;

/**
 * Opens a generation's images, and prepares them from the first on until the memory is full (unless `fill` is false: then the first
 * request for an image does). Progress counts images.
 *
 * @throws AppError `memory_exhausted` when not even one image fits, and what reading and preparing throws.
 */
export async function openImageStore(
  reader: ImageReader,
  matcher: Matcher,
  memoryBytes: number,
  {
    signal = new AbortController().signal,
    onProgress,
    fill = true,
  }: WorkOptions & { readonly fill?: boolean } = {},
): Promise<ImageStore> {
  const { count } = reader;
  const cache = new NodeCache(reader, matcher, memoryBytes, await imageBytes(reader, matcher));
  try {
    const total = Math.min(count, cache.capacity);
    for (let from = 0; fill && from < count && cache.free > 0; ) {
      const to = Math.min(count, from + Math.min(STEP, cache.free));
      await cache.fill(ordinals(from, to), signal);
      onProgress?.(to, total);
      from = to;
    }
  } catch (thrown) {
    await cache.close();
    throw thrown;
  }

  return {
    count,
    get status() {
      return cache.status;
    },
    use: async (ids, signal, work) => {
      for (let from = 0; from < ids.length; ) {
        const lease = await cache.lease(ids.slice(from), { signal });
        try {
          await work({ prepared: lease.prepared, boxes: lease.boxes, from });
        } finally {
          lease.release();
        }
        from += lease.count;
      }
    },
    scan: async (signal, work) => {
      const step = Math.max(1, Math.min(STEP, Math.floor(cache.capacity * SCAN_SHARE)));
      const lease = async (from: number) => {
        const ids = ordinals(from, Math.min(count, from + step));
        return { from, lease: await cache.lease(ids, { signal, keep: false }) };
      };
      await withReadAhead<Awaited<ReturnType<typeof lease>>>(
        (previous) => {
          const from = previous === undefined ? 0 : previous.from + previous.lease.count;
          return from < count ? lease(from) : undefined;
        },
        (slice) => work({ prepared: slice.lease.prepared, boxes: slice.lease.boxes, from: slice.from }),
        (slice) => slice.lease.release(),
      );
    },
    close: async () => {
      await cache.close();
      await reader.close();
    },
  };
}

/** What a prepared image of the generation takes: all have the same number of regions. */
async function imageBytes(reader: ImageReader, matcher: Matcher): Promise<number> {
  if (reader.count === 0) return 0;
  const prepared = await matcher.prepareImages(await reader.read(0, 1));
  prepared.dispose();
  return prepared.bytes;
}

function ordinals(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
