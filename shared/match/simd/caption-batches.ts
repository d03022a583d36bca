import type { CaptionGraph } from '../../model/index.ts';
import type { MatchPrecision, ModelConfig } from '../../schema/index.ts';
import { weighEdges } from '../graphs/caption-edges.ts';
import type { Arena } from './arena.ts';

import type { MatchKernel } from './kernel.ts';
import { blockSize, pairsLength, prefersGram, roundUp } from './layouts.ts';
import { BATCH, CAPTION, recordBytes, writeRecord } from './records.ts';

/**
 * Words of a batch: with an image's block products of 16 blocks and 36 regions they stay in a second cache of half a
 * MiB.
 */
const BATCH_WORDS = 96;

/** Captions next to each other in the kernel's memory. */
export interface BatchRecord {
  readonly address: number;
  /** W rounded up to a multiple of 4. */
  readonly lanes: number;
}

/** Groups of captions `[start, end)` that are placed next to each other. */
export function batchSpans(lengths: readonly number[]): { readonly start: number; readonly end: number }[] {
  const spans: { start: number; end: number }[] = [];
  let words = Number.POSITIVE_INFINITY;
  for (const [index, length] of lengths.entries()) {
    const last = spans.at(-1);
    if (last === undefined || words + length > BATCH_WORDS) {
      spans.push({ start: index, end: index + 1 });
      words = length;
    } else {
      last.end = index + 1;
      words += length;
    }
  }
  return spans;
}

/**
 * Writes the record of a batch; `firstColumn` is the column of its first caption in the scores. The caller frees its
 * address.
 * @throws AppError `memory_exhausted`
 */
export function writeBatch(
  arena: Arena,
  kernel: MatchKernel,
  network: number,
  captions: readonly CaptionGraph[],
  lengths: readonly number[],
  firstColumn: number,
  config: ModelConfig,
  precision: MatchPrecision,
): BatchRecord {
  const { blocks: T, jointSize: D } = config;
  const d = blockSize(config);
  const words = lengths.reduce((sum, length) => sum + length, 0);
  const lanes = roundUp(words);
  const edgesLength = (length: number) =>
    config.propagation === 'neighbours' ? length * roundUp(length) : 0;
  const i8 = precision === 'i8';
  let size = 64;
  const take = (floats: number) => {
    const offset = size;
    size += 4 * roundUp(floats);
    return offset;
  };
  const tableOffset = take((captions.length * recordBytes(CAPTION)) / 4);
  const nodesOffset = take(i8 ? (T * roundUp(d) * lanes) / 4 : D * lanes);
  const squaresOffset = take(T * lanes);
  const scalesOffset = take(i8 ? T * lanes : 0);
  const offsetsOffset = take(i8 ? T * lanes : 0);
  const parts = lengths.map((length) => ({
    pairs: take(
      i8 ? (T * kernel.factorBytes(length, d)) / 4 : pairsLength(prefersGram(length, d), length, d, T),
    ),
    edges: take(edgesLength(length)),
    nodeScales: take(i8 ? length : 0),
    blockScales: take(i8 ? T : 0),
  }));
  const address = arena.allocate(size);
  const longest = roundUp(Math.max(...lengths));
  const work = i8 ? kernel.i8PrepareScratch(T, longest, d) : 4 * longest * longest + D * longest;
  const staging = arena.allocate(4 * (roundUp(words * D) + work));
  const { buffer } = arena.memory;
  writeRecord(buffer, address, BATCH, {
    captions: captions.length,
    words,
    lanes,
    nodes: address + nodesOffset,
    squares: address + squaresOffset,
    table: address + tableOffset,
    scales: address + scalesOffset,
    offsets: address + offsetsOffset,
  });
  let first = 0;
  for (const [index, caption] of captions.entries()) {
    const length = lengths[index] ?? 0;
    const part = parts[index] ?? { pairs: 0, edges: 0, nodeScales: 0, blockScales: 0 };
    writeRecord(buffer, address + tableOffset + index * recordBytes(CAPTION), CAPTION, {
      first,
      words: length,
      gram: Number(prefersGram(length, d)),
      pairs: address + part.pairs,
      edges: address + part.edges,
      column: firstColumn + index,
      nodeScales: address + part.nodeScales,
      blockScales: address + part.blockScales,
    });
    arena.floats(staging + 4 * first * D, length * D).set(caption.words);
    first += length;
  }
  const free = staging + 4 * roundUp(words * D);
  if (i8) kernel.prepareI8Batch(network, address, staging, free);
  else kernel.prepareBatch(network, address, staging, free);
  arena.free(staging);
  if (config.propagation === 'neighbours') {
    for (const [index, { dependencies }] of captions.entries()) {
      const length = lengths[index] ?? 0;
      const edges = arena.floats(address + (parts[index]?.edges ?? 0), edgesLength(length));
      weighEdges(edges, length, dependencies, config);
    }
  }
  return { address, lanes };
}
