import { AppError } from '../../shared/errors/index.ts';
import { openCoarseVectors, withReadAhead } from '../../shared/generation/index.ts';
import type { ImageGraph, WorkOptions } from '../../shared/model/index.ts';
import { BestImages } from '../../shared/retrieval/index.ts';
import { type OpenSearch, type OpenSearchOptions, withOpenSearch } from './open-search.ts';
import { readPayloads } from './read-payloads.ts';
import type { IndexAnswer } from './search-index.ts';

export interface SearchExhaustivelyOptions extends OpenSearchOptions, WorkOptions {
  /** Hits wanted. */
  readonly limit: number;
  /** Whether the coarse cosine counts, with the generation's weight; else GSMN's score alone. */
  readonly coarse: boolean;
  /** Memory for the images that are compared at once, and for those that are read meanwhile, in bytes. */
  readonly memoryBytes: number;
}

/** Images compared at once at most: more would not be faster, and progress is reported between slices. */
const LARGEST_SLICE = 512;

interface Slice {
  readonly from: number;
  readonly images: readonly ImageGraph[];
  readonly vectors: Float32Array;
}

/**
 * Ranks every image of the active generation by the full score, whatever recall would have found; equal scores go by
 * ordinal. The node store passes through memory in slices, and neither a vector database nor a service is asked: coarse
 * vectors and payloads come from the generation. Progress counts images.
 *
 * @throws AppError `memory_exhausted` when not even one image fits into the memory, `cancelled`, and what opening and
 *   reading the generation throws.
 */
export function searchExhaustively(options: SearchExhaustivelyOptions): Promise<IndexAnswer> {
  const { query, limit } = options;
  return withOpenSearch(options, async (search) => {
    const { manifest, engines, words, coarse, files } = search;
    const best = new BestImages(limit, coarse, options.coarse ? manifest.ranking.coarseWeight : 0);
    await compareAll(search, best, options);
    const ranked = best.ranked();
    const payloads = await readPayloads(
      files.name,
      ranked.map(({ id }) => id),
      options.signal,
    );
    return {
      query,
      words,
      generation: manifest.id,
      backend: engines.backend,
      encoder: engines.encoder.backend,
      ranking: 'exhaustive',
      compared: manifest.images.count,
      hits: ranked.map((image, rank) => ({ ...image, image: payloads[rank] as (typeof payloads)[number] })),
    };
  });
}

async function compareAll(
  search: OpenSearch,
  best: BestImages,
  { memoryBytes, signal, onProgress }: SearchExhaustivelyOptions,
): Promise<void> {
  const { reader, manifest, files, engines, caption } = search;
  const { count } = reader;
  if (count === 0) return;
  const size = await sliceSize(search, memoryBytes);
  const vectors = await openCoarseVectors(files, manifest);
  const read = async (from: number): Promise<Slice> => {
    const to = Math.min(count, from + size);
    const [images, own] = await Promise.all([reader.read(from, to), vectors.read(from, to)]);
    return { from, images, vectors: own };
  };
  try {
    await withReadAhead<Slice>(
      (previous) => {
        const from = previous === undefined ? 0 : previous.from + previous.images.length;
        return from < count ? read(from) : undefined;
      },
      async ({ from, images, vectors: own }) => {
        if (signal?.aborted) throw signal.reason;
        const prepared = await engines.matcher.prepareImages(images);
        try {
          const scores = await engines.matcher.score(prepared, [caption], undefined, { signal });
          best.add({ from, vectors: own, ...scores });
        } finally {
          prepared.dispose();
        }
        onProgress?.(from + images.length, count);
      },
    );
  } finally {
    await vectors.close();
  }
}

/** How many images are compared at once: they are in memory prepared and as they were read, and the next ones as read. */
async function sliceSize({ reader, engines }: OpenSearch, memoryBytes: number): Promise<number> {
  const images = await reader.read(0, 1);
  const prepared = await engines.matcher.prepareImages(images);
  const raw = images.reduce((sum, { nodes, boxes }) => sum + nodes.byteLength + boxes.byteLength, 0);
  // What is read are the stored bytes and the float32 numbers made of them.
  const bytes = prepared.bytes + 2 * (raw + reader.imageBytes);
  prepared.dispose();
  const size = Math.floor(memoryBytes / bytes);
  if (size >= 1) return Math.min(size, LARGEST_SLICE);
  throw new AppError(
    'memory_exhausted',
    `comparing an image takes ${bytes} bytes, and the memory for it is ${memoryBytes}`,
    { hint: 'give more: --memory-mb' },
  );
}
