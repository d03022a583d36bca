import type { ImageGraph, Matcher, PreparedImages, WorkOptions } from '../../../shared/model/index.ts';
import { LruCache } from '../lru-cache.ts';

/** Reads image graphs of a generation by ordinal. */
export interface ImageReader {
  readonly count: number;
  /** Graphs `[from, to)`. */
  read(from: number, to: number): Promise<ImageGraph[]>;
  /** Boxes of one image, `[R, 4]`. */
  boxes(image: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Images that lie in one prepared batch: which of it, and which of the asked ones they are. */
export interface PreparedGroup {
  readonly prepared: PreparedImages;
  /** Indices inside `prepared`. */
  readonly indices: readonly number[];
  /** For each of them its place in the list that was asked for. */
  readonly positions: readonly number[];
}

/** Gives the matcher the images of a request. */
export interface ImageStore {
  readonly count: number;
  /** Whether every image is prepared already. */
  readonly resident: boolean;
  /** Boxes of one image, `[R, 4]`. */
  boxes(id: number): Promise<Float32Array>;
  /** Memory held now, in bytes. */
  bytes(): number;
  /** Lets `work` use the images of that order; what was prepared for it is disposed of afterwards. */
  use<T>(
    ids: readonly number[],
    signal: AbortSignal,
    work: (groups: readonly PreparedGroup[]) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

/** Images of one prepared batch: a shortlist shall lie in few of them, and loading shall need little more memory. */
const BATCH = 1024;
/** Images from which the memory for all is estimated. */
const PROBE = 32;
/** Ranged reads under way at once. */
const READS = 8;

/** Prepares all images when they fit into `memoryBytes`, else each request's own. Progress counts images. */
export async function openImageStore(
  reader: ImageReader,
  matcher: Matcher,
  memoryBytes: number,
  options: WorkOptions = {},
): Promise<ImageStore> {
  const probe = Math.min(PROBE, reader.count);
  if (probe === 0) return residentStore(reader, []);
  const prepared = await matcher.prepareImages(await reader.read(0, probe));
  const estimate = (prepared.bytes / probe) * reader.count;
  prepared.dispose();
  if (estimate > memoryBytes) return rangedStore(reader, matcher, memoryBytes);
  const batches: PreparedImages[] = [];
  try {
    for (let from = 0; from < reader.count; from += BATCH) {
      options.signal?.throwIfAborted();
      const to = Math.min(from + BATCH, reader.count);
      batches.push(await matcher.prepareImages(await reader.read(from, to)));
      options.onProgress?.(to, reader.count);
    }
  } catch (thrown) {
    for (const batch of batches) batch.dispose();
    throw thrown;
  }
  return residentStore(reader, batches);
}

function residentStore(reader: ImageReader, batches: readonly PreparedImages[]): ImageStore {
  return {
    count: reader.count,
    resident: true,
    boxes: (id) => reader.boxes(id),
    bytes: () => batches.reduce((sum, batch) => sum + batch.bytes, 0),
    use: (ids, _signal, work) => {
      const groups = new Map<PreparedImages, { indices: number[]; positions: number[] }>();
      for (const [position, id] of ids.entries()) {
        const batch = batches[Math.floor(id / BATCH)];
        if (batch === undefined) throw new RangeError(`there is no image ${id}`);
        const group = groups.get(batch) ?? { indices: [], positions: [] };
        groups.set(batch, group);
        group.indices.push(id % BATCH);
        group.positions.push(position);
      }
      return work([...groups].map(([prepared, group]) => ({ prepared, ...group })));
    },
    close: async () => {
      for (const batch of batches) batch.dispose();
      await reader.close();
    },
  };
}

function rangedStore(reader: ImageReader, matcher: Matcher, memoryBytes: number): ImageStore {
  const cache = new LruCache<ImageGraph>(memoryBytes);
  const graphBytes = (graph: ImageGraph): number => graph.nodes.byteLength + graph.boxes.byteLength;

  async function load(id: number): Promise<ImageGraph> {
    const known = cache.get(String(id));
    if (known !== undefined) return known;
    const [graph] = await reader.read(id, id + 1);
    if (graph === undefined) throw new RangeError(`there is no image ${id}`);
    cache.set(String(id), graph, graphBytes(graph));
    return graph;
  }

  return {
    count: reader.count,
    resident: false,
    boxes: async (id) => (await load(id)).boxes,
    bytes: () => cache.bytes,
    use: async (ids, signal, work) => {
      const graphs: ImageGraph[] = [];
      for (let from = 0; from < ids.length; from += READS) {
        signal.throwIfAborted();
        graphs.push(...(await Promise.all(ids.slice(from, from + READS).map(load))));
      }
      const prepared = await matcher.prepareImages(graphs);
      try {
        const every = ids.map((_, position) => position);
        return await work([{ prepared, indices: every, positions: every }]);
      } finally {
        prepared.dispose();
      }
    },
    close: () => reader.close(),
  };
}
