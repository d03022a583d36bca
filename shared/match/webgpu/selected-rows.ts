import { AppError } from '../../errors/index.ts';
import { type GpuMemory, USAGE } from './gpu-memory.ts';
import type { ImageChunk } from './image-chunks.ts';
import type { ScoredRows } from './score-pairs.ts';

/** Images to score; tables that were made for them are released. */
export interface SelectedRows {
  readonly rows: readonly ScoredRows[];
  readonly free: () => void;
}

/** The images of a chunk, and the number of the first one. */
export interface ChunkRows extends ScoredRows {
  readonly first: number;
}

/** All images of all chunks in their order, with the tables that exist. */
export function chunkRows(chunks: readonly ImageChunk[]): ChunkRows[] {
  return chunks.map(({ first, count, regions, rows, table, extent }) => ({
    first,
    images: extent.within.buffer,
    table,
    count,
    regions,
    rowOf: (index: number) => first + index,
    regionsOf: (index: number) => rows[4 * index + 2] ?? 0,
  }));
}

/**
 * All images of all chunks, buffer by buffer: with the tables that exist if each buffer has one chunk.
 * @throws AppError `memory_exhausted`
 */
export async function allRows(memory: GpuMemory, chunks: readonly ImageChunk[]): Promise<SelectedRows> {
  const buffers = new Set(chunks.map(({ extent }) => extent.within.buffer));
  if (buffers.size === chunks.length) return { rows: chunkRows(chunks), free: () => {} };
  const total = chunks.reduce((sum, { count }) => sum + count, 0);
  return someRows(
    memory,
    chunks,
    Array.from({ length: total }, (_, index) => index),
  );
}

/** An image: its row of its chunk's table, and its row of the scores. */
interface ImagePlace {
  readonly entry: Uint32Array;
  readonly row: number;
}

/**
 * Images with these numbers, by the buffer that holds them.
 * @throws AppError `argument_invalid` for a number that is none
 */
export function imagePlaces(
  chunks: readonly ImageChunk[],
  indices: ArrayLike<number>,
): Map<GPUBuffer, ImagePlace[]> {
  const places = new Map<GPUBuffer, ImagePlace[]>();
  for (const [row, index] of Array.from(indices).entries()) {
    const chunk = Number.isInteger(index) ? chunkOf(chunks, index) : undefined;
    if (chunk === undefined) {
      const images = chunks.reduce((sum, { count }) => sum + count, 0);
      throw new AppError('argument_invalid', `there is no image ${index} among the ${images} prepared`);
    }
    const { buffer } = chunk.extent.within;
    const local = index - chunk.first;
    const place = { entry: chunk.rows.subarray(4 * local, 4 * local + 4), row };
    const own = places.get(buffer);
    if (own === undefined) places.set(buffer, [place]);
    else own.push(place);
  }
  return places;
}

/** The chunk of an image, by bisection: a service has a chunk for each image. */
function chunkOf(chunks: readonly ImageChunk[], index: number): ImageChunk | undefined {
  let [low, high] = [0, chunks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const chunk = chunks[middle];
    if (chunk === undefined || index < chunk.first) high = middle;
    else if (index < chunk.first + chunk.count) return chunk;
    else low = middle + 1;
  }
  return undefined;
}

/**
 * Images with these numbers, with a table for each buffer.
 * @throws AppError `argument_invalid` for a number that is none, `memory_exhausted`
 */
export async function someRows(
  memory: GpuMemory,
  chunks: readonly ImageChunk[],
  indices: ArrayLike<number>,
): Promise<SelectedRows> {
  const places = imagePlaces(chunks, indices);
  const rows: ScoredRows[] = [];
  const free = () => {
    for (const { table } of rows) memory.free(table);
  };
  try {
    for (const [images, own] of places) {
      const table = new Uint32Array(4 * own.length);
      for (const [at, { entry }] of own.entries()) table.set(entry, 4 * at);
      rows.push({
        images,
        table: await memory.upload(table, USAGE.storage),
        count: own.length,
        regions: own.reduce((most, { entry }) => Math.max(most, entry[2] ?? 0), 0),
        rowOf: (index) => own[index]?.row ?? Number.NaN,
        regionsOf: (index) => table[4 * index + 2] ?? 0,
      });
    }
    return { rows, free };
  } catch (thrown) {
    free();
    throw thrown;
  }
}
