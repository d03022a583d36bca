import type { ImageGraphReader } from '../../shared/generation/index.ts';
import type { CaptionGraph, ImageGraph } from '../../shared/model/index.ts';
import type { QueryEngines } from '../../shared/platform/engines/index.ts';
import { fusedScore } from '../../shared/retrieval/index.ts';
import type { ImagePayload, QueryWord } from '../../shared/schema/index.ts';
import type { QdrantStore, RecalledImage } from '../../workers/clients/index.ts';
import { type OpenSearchOptions, withOpenSearch } from './open-search.ts';

export interface SearchIndexOptions extends OpenSearchOptions {
  readonly store: QdrantStore;
  /** Hits wanted. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

export interface IndexHit {
  readonly id: number;
  /** Fused score, what hits are sorted by. */
  readonly score: number;
  /** i2t + t2i. */
  readonly gsmn: number;
  /** Cosine of the coarse vectors. */
  readonly coarse: number;
  readonly image: ImagePayload;
}

export interface IndexAnswer {
  readonly query: string;
  readonly words: readonly QueryWord[];
  readonly generation: string;
  /** What compared, and what encoded the query. */
  readonly backend: string;
  readonly encoder: string;
  /** Whether GSMN compared the images that recall found, or every one. */
  readonly ranking: 'shortlist' | 'exhaustive';
  /** How many images GSMN compared. */
  readonly compared: number;
  readonly hits: readonly IndexHit[];
}

/**
 * Searches the active generation in this process, without services: the same encoding, recall, matching and fused
 * score as through the edge worker.
 *
 * @throws AppError `recall_unavailable` and what opening and reading the generation throws.
 */
export function searchIndex(options: SearchIndexOptions): Promise<IndexAnswer> {
  const { store, query, limit, signal } = options;
  return withOpenSearch(options, async ({ manifest, engines, reader, words, caption, coarse }) => {
    const { shortlist, coarseWeight } = manifest.ranking;
    const { images } = manifest.collections;
    const recalled = await store.recall(images, [...coarse], Math.max(shortlist, limit), { signal });
    const scores = await matchShortlist(engines, reader, recalled, caption, signal);
    const hits = recalled.map(({ id: image, score, payload }, rank): IndexHit => {
      const gsmn = scores[rank] ?? Number.NaN;
      return { id: image, score: fusedScore(gsmn, score, coarseWeight), gsmn, coarse: score, image: payload };
    });
    hits.sort((a, b) => b.score - a.score);
    return {
      query,
      words,
      generation: manifest.id,
      backend: engines.backend,
      encoder: engines.encoder.backend,
      ranking: 'shortlist',
      compared: recalled.length,
      hits: hits.slice(0, limit),
    };
  });
}

/** GSMN's scores of the recalled images, in their order. */
async function matchShortlist(
  { matcher }: QueryEngines,
  reader: ImageGraphReader,
  recalled: readonly RecalledImage[],
  caption: CaptionGraph,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  if (recalled.length === 0) return new Float32Array();
  const graphs: ImageGraph[] = [];
  for (const { id } of recalled) graphs.push(...(await reader.read(id, id + 1)));
  const prepared = await matcher.prepareImages(graphs);
  try {
    const { imageToText, textToImage } = await matcher.score(prepared, [caption], undefined, { signal });
    return imageToText.map((score, rank) => score + (textToImage[rank] ?? Number.NaN));
  } finally {
    prepared.dispose();
  }
}
