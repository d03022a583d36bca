import { AppError } from '../../errors/index.ts';
import { type GpuMemory, USAGE } from './gpu-memory.ts';
import type { ImageChunk } from './image-chunks.ts';
import type { ScoredRows } from './score-pairs.ts';

/** Images to score; tables that were made for them are released. */
export interface SelectedRows {
  readonly rows: readonly ScoredRows[];
  readonly free: () => void;
}

/** All images of all chunks, with the tables that exist. */
export function allRows(chunks: readonly ImageChunk[]): SelectedRows {
  const rows = chunks.map((chunk) => ({
    chunk,
    table: chunk.table,
    count: chunk.count,
    regions: chunk.regions,
    rowOf: (index: number) => chunk.first + index,
    regionsOf: (index: number) => chunk.rows[4 * index + 2] ?? 0,
  }));
  return { rows, free: () => {} };
}

/** The position of an image in its chunk, and its row of the scores. */
interface ChunkPlace {
  readonly local: number;
  readonly row: number;
}

/**
 * Images with these numbers, by chunk.
 * @throws AppError `argument_invalid` for a number that is none
 */
export function chunkPlaces(
  chunks: readonly ImageChunk[],
  indices: ArrayLike<number>,
): Map<ImageChunk, ChunkPlace[]> {
  const places = new Map<ImageChunk, ChunkPlace[]>();
  for (const [row, index] of Array.from(indices).entries()) {
    const chunk = Number.isInteger(index)
      ? chunks.find(({ first, count }) => index >= first && index < first + count)
      : undefined;
    if (chunk === undefined) {
      const images = chunks.reduce((sum, { count }) => sum + count, 0);
      throw new AppError('argument_invalid', `there is no image ${index} among the ${images} prepared`);
    }
    const place = { local: index - chunk.first, row };
    const own = places.get(chunk);
    if (own === undefined) places.set(chunk, [place]);
    else own.push(place);
  }
  return places;
}

/**
 * Images with these numbers, with a separate table for each chunk.
 * @throws AppError `argument_invalid` for a number that is none, `memory_exhausted`
 */
export async function someRows(
  memory: GpuMemory,
  chunks: readonly ImageChunk[],
  indices: ArrayLike<number>,
): Promise<SelectedRows> {
  const places = chunkPlaces(chunks, indices);
  const rows: ScoredRows[] = [];
  const free = () => {
    for (const { table } of rows) memory.free(table);
  };
  try {
    for (const [chunk, own] of places) {
      const table = new Uint32Array(4 * own.length);
      for (const [at, { local }] of own.entries())
        table.set(chunk.rows.subarray(4 * local, 4 * local + 4), 4 * at);
      rows.push({
        chunk,
        table: await memory.upload(table, USAGE.storage),
        count: own.length,
        regions: own.reduce((most, { local }) => Math.max(most, chunk.rows[4 * local + 2] ?? 0), 0),
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
