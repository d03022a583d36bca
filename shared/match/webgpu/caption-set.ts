import type { CaptionGraph } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import { weighEdges } from '../graphs/caption-edges.ts';
import { type GpuMemory, USAGE } from './gpu-memory.ts';
import { CELL_BYTES, type Dimensions, edgeQuads, quads, recordCells } from './layouts.ts';
import { prepareRecords } from './prepare-records.ts';
import type { Programs } from './programs.ts';

/** Cells of captions, and captions, that are in GPU memory at once; one dispatch prepares them. */
const MOST_CELLS = 2 ** 22;
const MOST_CAPTIONS = 65_535;

/** Captions in GPU memory, longest first. */
export interface CaptionSet {
  /** For each row of the table, the number of the caption and L. */
  readonly order: readonly { readonly caption: number; readonly words: number }[];
  readonly table: GPUBuffer;
  readonly cells: GPUBuffer;
}

/** Groups of captions `[start, end)` that are in GPU memory together. */
export function captionSpans(
  lengths: readonly number[],
  dimensions: Dimensions,
): { readonly start: number; readonly end: number }[] {
  const spans: { start: number; end: number }[] = [];
  let held = 0;
  for (const [index, length] of lengths.entries()) {
    const own = recordCells(length, dimensions, 'f32') + edgeQuads(length, dimensions);
    const last = spans.at(-1);
    if (last === undefined || held + own > MOST_CELLS || index - last.start >= MOST_CAPTIONS) {
      spans.push({ start: index, end: index + 1 });
      held = 0;
    } else last.end = index + 1;
    held += own;
  }
  return spans;
}

/**
 * Puts the captions `[start, end)` into GPU memory. The caller releases them.
 * @throws AppError `memory_exhausted`
 */
export async function writeCaptions(
  memory: GpuMemory,
  programs: Programs,
  captions: readonly CaptionGraph[],
  lengths: readonly number[],
  { start, end }: { readonly start: number; readonly end: number },
  { config, dimensions }: { readonly config: ModelConfig; readonly dimensions: Dimensions },
): Promise<CaptionSet> {
  const order = Array.from({ length: end - start }, (_, index) => ({
    caption: start + index,
    words: lengths[start + index] ?? 0,
  })).sort((a, b) => b.words - a.words);
  const rows = new Uint32Array(4 * order.length);
  let at = 0;
  for (const [index, { words }] of order.entries()) {
    const edges = at + recordCells(words, dimensions, 'f32');
    rows.set([at, edges, words], 4 * index);
    at = edges + edgeQuads(words, dimensions);
  }
  const table = await memory.upload(rows, USAGE.storage);
  const held = await memory
    .allocate(CELL_BYTES.f32 * at, USAGE.storage | USAGE.copyTarget)
    .catch((thrown: unknown) => {
      memory.free(table);
      throw thrown;
    });
  const set = { order, table, cells: held };
  try {
    const given = order.map(({ caption, words }, index) => ({
      nodes: captions[caption]?.words ?? new Float32Array(),
      n: words,
      at: rows[4 * index] ?? 0,
    }));
    await prepareRecords(memory, programs, given, { cells: held, precision: 'f32' });
    if (!dimensions.neighbours) return set;
    for (const [index, { caption, words }] of order.entries()) {
      const graph = captions[caption];
      if (graph === undefined) continue;
      const edges = innerProducts(graph.words, words);
      weighEdges(edges, words, graph.dependencies, config);
      memory.device.queue.writeBuffer(held, CELL_BYTES.f32 * (rows[4 * index + 1] ?? 0), edges);
    }
    return set;
  } catch (thrown) {
    freeCaptions(memory, set);
    throw thrown;
  }
}

export function freeCaptions(memory: GpuMemory, { table, cells: held }: CaptionSet): void {
  for (const buffer of [table, held]) memory.free(buffer);
}

/** For the words of a caption, `[L, L rounded up to 4]`. */
function innerProducts(words: Float32Array, length: number): Float32Array<ArrayBuffer> {
  const [size, lanes] = [words.length / length, 4 * quads(length)];
  const products = new Float32Array(length * lanes);
  for (let i = 0; i < length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += (words[i * size + k] as number) * (words[j * size + k] as number);
      products[i * lanes + j] = sum;
      products[j * lanes + i] = sum;
    }
  }
  return products;
}
