import { AppError } from '../../errors/index.ts';
import type { ImageGraph } from '../../model/index.ts';
import { type GpuMemory, USAGE } from './gpu-memory.ts';
import type { Extent, ImageMemory } from './image-memory.ts';
import { CELL_BYTES, type Dimensions, layoutQuads, type Precision, recordCells } from './layouts.ts';
import { prepareRecords } from './prepare-records.ts';
import type { Programs } from './programs.ts';

/** Images in the same part of a buffer: the records of all, then their edges. */
export interface ImageChunk {
  /** Number of its first image among all. */
  readonly first: number;
  readonly count: number;
  /** The most regions of an image. */
  readonly regions: number;
  /** For each image its row of the table: first cell and first quad of edges in the buffer, R, 0. */
  readonly rows: Uint32Array<ArrayBuffer>;
  readonly table: GPUBuffer;
  readonly extent: Extent;
}

/** Images `[start, end)` that fit in buffers of this size. */
export interface ChunkSpan {
  readonly start: number;
  readonly end: number;
}

/** Splits images with these numbers of regions into chunks that fit in one binding each. */
export function chunkSpans(
  regions: readonly number[],
  dimensions: Dimensions,
  precision: Precision,
  most: number,
): ChunkSpan[] {
  const spans: { start: number; end: number }[] = [];
  let bytes = 0;
  for (const [index, count] of regions.entries()) {
    const own = 16 * (recordQuads(count, dimensions, precision) + layoutQuads(count, dimensions));
    const last = spans.at(-1);
    if (last === undefined || bytes + own > most) {
      spans.push({ start: index, end: index + 1 });
      bytes = 0;
    } else last.end = index + 1;
    bytes += own;
  }
  return spans;
}

/** The cells of an image in quads, rounded up. */
function recordQuads(regions: number, dimensions: Dimensions, precision: Precision): number {
  return Math.ceil((CELL_BYTES[precision] * recordCells(regions, dimensions, precision)) / 16);
}

/**
 * Puts images into GPU memory, as they are; the device lays them out. The caller releases the chunk.
 * @param regions R of every image
 * @param kernels of the image graph, for the device
 * @param breathe is called between uploads; if it throws, the work ends
 * @throws AppError `memory_exhausted`
 */
export async function writeChunk(
  memory: GpuMemory,
  images: ImageMemory,
  programs: Programs,
  { start, end }: ChunkSpan,
  graphs: readonly ImageGraph[],
  regions: readonly number[],
  options: { dimensions: Dimensions; precision: Precision; kernels: GPUBuffer; breathe: () => void },
): Promise<ImageChunk> {
  const { dimensions, precision, kernels, breathe } = options;
  const own = regions.slice(start, end);
  const records = own.map((count) => recordQuads(count, dimensions, precision));
  const edges = own.map((count) => layoutQuads(count, dimensions));
  const sum = (quads: readonly number[]) => quads.reduce((total, count) => total + count, 0);
  const extent = await images.allocate(sum(records) + sum(edges));
  const rows = new Uint32Array(4 * own.length);
  let [record, edge] = [extent.first, extent.first + sum(records)];
  for (const [index, count] of own.entries()) {
    rows.set([(16 / CELL_BYTES[precision]) * record, edge, count], 4 * index);
    record += records[index] ?? 0;
    edge += edges[index] ?? 0;
  }
  let table: GPUBuffer | undefined;
  try {
    table = await memory.upload(rows, USAGE.storage);
    const given = graphs.slice(start, end).map(({ nodes, boxes }, index) => ({
      nodes,
      n: rows[4 * index + 2] ?? 0,
      at: rows[4 * index] ?? 0,
      image: { boxes, edge: rows[4 * index + 1] ?? 0 },
    }));
    const { buffer } = extent.within;
    await prepareRecords(memory, programs, given, { cells: buffer, precision }, kernels, breathe);
    await memory.device.queue.onSubmittedWorkDone();
    breathe();
    const most = own.reduce((largest, count) => Math.max(largest, count), 0);
    return { first: start, count: own.length, regions: most, rows, table, extent };
  } catch (thrown) {
    if (table !== undefined) memory.free(table);
    images.release(extent);
    throw thrown;
  }
}

/** The same chunks, with consecutive image numbers in this order. */
export function renumbered(chunks: readonly ImageChunk[]): ImageChunk[] {
  let first = 0;
  return chunks.map((chunk) => {
    first += chunk.count;
    return { ...chunk, first: first - chunk.count };
  });
}

/** Bytes of GPU memory of a chunk. */
export function chunkBytes({ table, extent }: ImageChunk): number {
  return table.size + 16 * extent.quads;
}

export function freeChunk(memory: GpuMemory, images: ImageMemory, { table, extent }: ImageChunk): void {
  memory.free(table);
  images.release(extent);
}

/** The largest float16. */
const LARGEST_F16 = 65_504;

/**
 * Checks that an image's nodes can be stored as float16.
 * @throws AppError `argument_invalid`
 */
export function assertFloat16({ nodes }: ImageGraph, index: number): void {
  let at = 0;
  while (at < nodes.length && !(Math.abs(nodes[at] as number) > LARGEST_F16)) at++;
  const beyond = nodes[at];
  if (beyond === undefined) return;
  throw new AppError(
    'argument_invalid',
    `image ${index} has a node with ${beyond}, which is not a float16 number`,
    {
      hint: 'store images as float32 (precision "f32")',
    },
  );
}
