import { AppError } from '../../errors/index.ts';
import type { ImageGraph } from '../../model/index.ts';
import type { LaidOutImage } from '../graphs/image-layout.ts';
import { type GpuMemory, USAGE } from './gpu-memory.ts';
import { CELL_BYTES, type Dimensions, layoutQuads, type Precision, quads, recordCells } from './layouts.ts';
import { prepareRecords } from './prepare-records.ts';
import type { Programs } from './programs.ts';

/** Images that are laid out and sent at once. */
const IMAGES_AT_ONCE = 32;

/** Images in the same buffers. */
export interface ImageChunk {
  /** Number of its first image among all. */
  readonly first: number;
  readonly count: number;
  /** The most regions of an image. */
  readonly regions: number;
  /** For each image its row of the table: first cell, first edge, R, 0. */
  readonly rows: Uint32Array<ArrayBuffer>;
  readonly table: GPUBuffer;
  readonly cells: GPUBuffer;
  readonly layouts: GPUBuffer;
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
  let [cellBytes, edgeBytes] = [0, 0];
  for (const [index, count] of regions.entries()) {
    const own = CELL_BYTES[precision] * recordCells(count, dimensions, precision);
    const ownEdges = 16 * layoutQuads(count, dimensions);
    const last = spans.at(-1);
    const fits = cellBytes + own <= most && edgeBytes + ownEdges <= most;
    if (last === undefined || !fits) {
      spans.push({ start: index, end: index + 1 });
      [cellBytes, edgeBytes] = [0, 0];
    } else last.end = index + 1;
    cellBytes += own;
    edgeBytes += ownEdges;
  }
  return spans;
}

/**
 * Puts images into GPU memory. The caller releases the chunk.
 * @param imageAt lays out an image of the chunk
 * @param breathe is called between uploads; if it throws, the work ends
 * @throws AppError `memory_exhausted`
 */
export async function writeChunk(
  memory: GpuMemory,
  programs: Programs,
  { start, end }: ChunkSpan,
  regions: readonly number[],
  imageAt: (index: number) => LaidOutImage,
  options: { dimensions: Dimensions; precision: Precision; breathe: () => void },
): Promise<ImageChunk> {
  const { dimensions, precision, breathe } = options;
  const rows = new Uint32Array(4 * (end - start));
  let [cell, edge, most] = [0, 0, 0];
  for (let index = start; index < end; index++) {
    const count = regions[index] ?? 0;
    rows.set([cell, edge, count], 4 * (index - start));
    cell += recordCells(count, dimensions, precision);
    edge += layoutQuads(count, dimensions);
    most = Math.max(most, count);
  }
  const buffers: GPUBuffer[] = [];
  const keep = (buffer: GPUBuffer) => {
    buffers.push(buffer);
    return buffer;
  };
  try {
    const [table, cells, layouts] = [
      keep(await memory.upload(rows, USAGE.storage)),
      keep(await memory.allocate(CELL_BYTES[precision] * cell, USAGE.storage)),
      keep(await memory.allocate(16 * edge, USAGE.storage | USAGE.copyTarget)),
    ];
    for (let first = start; first < end; first += IMAGES_AT_ONCE) {
      const some = Array.from({ length: Math.min(IMAGES_AT_ONCE, end - first) }, (_, offset) => {
        const row = 4 * (first + offset - start);
        const { nodes, layout } = imageAt(first + offset);
        memory.device.queue.writeBuffer(
          layouts,
          16 * (rows[row + 1] ?? 0),
          edgesInQuads(layout, rows[row + 2] ?? 0, dimensions),
        );
        return { nodes, n: rows[row + 2] ?? 0, at: rows[row] ?? 0 };
      });
      await prepareRecords(memory, programs, some, { cells, precision });
      breathe();
    }
    return { first: start, count: end - start, regions: most, rows, table, cells, layouts };
  } catch (thrown) {
    for (const buffer of buffers) memory.free(buffer);
    throw thrown;
  }
}

/** Gates `[R, K]` as `[K, R / 4 quads]`, or weights `[K, i: R, j: R]` as `[K, j: R, i: R / 4 quads]`. */
function edgesInQuads(layout: Float32Array, R: number, dimensions: Dimensions): Float32Array<ArrayBuffer> {
  const { kernels: K, neighbours } = dimensions;
  const lanes = 4 * quads(R);
  const edges = new Float32Array(4 * layoutQuads(R, dimensions));
  for (let i = 0; i < R; i++) {
    for (let k = 0; k < K; k++) {
      if (!neighbours) edges[k * lanes + i] = layout[i * K + k] as number;
      else for (let j = 0; j < R; j++) edges[(k * R + j) * lanes + i] = layout[(k * R + i) * R + j] as number;
    }
  }
  return edges;
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
export function chunkBytes({ table, cells, layouts }: ImageChunk): number {
  return table.size + cells.size + layouts.size;
}

export function freeChunk(memory: GpuMemory, { table, cells, layouts }: ImageChunk): void {
  for (const buffer of [table, cells, layouts]) memory.free(buffer);
}

/** The largest float16. */
const LARGEST_F16 = 65_504;

/**
 * Checks that an image's nodes can be stored as float16.
 * @throws AppError `argument_invalid`
 */
export function assertFloat16({ nodes }: ImageGraph, index: number): void {
  const beyond = nodes.find((value) => Math.abs(value) > LARGEST_F16);
  if (beyond === undefined) return;
  throw new AppError(
    'argument_invalid',
    `image ${index} has a node with ${beyond}, which is not a float16 number`,
    {
      hint: 'store images as float32 (precision "f32")',
    },
  );
}
