import { AppError } from '../../shared/errors/index.ts';
import { createQueryEngines } from '../../shared/platform/engines/index.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import { parserOf } from '../../shared/platform/parse/index.ts';
import { openRecallTexts } from '../../shared/platform/pretrained/recall-texts.ts';
import {
  type Channel,
  type ImagePayload,
  type MatchPrecision,
  type QueryWord,
  RANK_LIMITS,
} from '../../shared/schema/index.ts';
import { exactRecall, localVectors } from '../../shared/search/exact-recall.ts';
import { localFields } from '../../shared/search/local-fields.ts';
import type { LocalQuery } from '../../shared/search/local-query-encoder.ts';
import type { EncodedQuery, Payloads, Ranker } from '../../shared/search/ports.ts';
import type { Hit, SearchAnswer } from '../../shared/search/search-answer.ts';
import { search } from '../../shared/search/search-engine.ts';
import { openSearchGeneration, type SearchGeneration } from '../../shared/search/search-generation.ts';
import type { SearchRequest } from '../../shared/search/search-request.ts';
import {
  type QdrantStore,
  qdrantFields,
  qdrantPayloads,
  qdrantRecall,
  qdrantVectors,
} from '../../workers/clients/index.ts';
import type { IndexFolder } from '../index/index-folder.ts';

/** What searches of an index have in common. */
export interface OpenIndexOptions {
  readonly index: IndexFolder;
  readonly backend: string;
  /** The numbers that the fused matcher multiplies; float32 by default. */
  readonly precision?: MatchPrecision | undefined;
  /** The vector database for recall; without it every coarse vector of the generation is compared. */
  readonly store?: QdrantStore | undefined;
  /** Memory for the images that are compared at once, in bytes. */
  readonly memoryBytes: number;
  readonly signal: AbortSignal;
  /** Called with the number of images that were compared. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** One search, whose first `limit` hits are wanted. */
export interface IndexSearchRequest extends Omit<SearchRequest, 'q' | 'offset' | 'generation'> {
  readonly query: string;
  /** Whether the coarse cosine counts, with the generation's weight; else GSMN's score alone. */
  readonly fuse: boolean;
}

export type SearchIndexOptions = OpenIndexOptions & IndexSearchRequest;

export interface IndexHit {
  readonly id: number;
  /** Fused score, by which hits are sorted. */
  readonly score: number;
  /** i2t + t2i; absent behind the longest shortlist. */
  readonly gsmn?: number | undefined;
  /** Cosine of the coarse vectors. */
  readonly coarse: number;
  /** How well its captions fit, if they were searched. */
  readonly captions?: number | undefined;
  /** Through which channels recall found it, if captions were searched. */
  readonly channels?: readonly Channel[] | undefined;
  /** The probability that it fits the query; undefined if the model is not calibrated, or GSMN's score alone counts. */
  readonly relevance?: number | undefined;
  readonly image: ImagePayload;
  /** The images that it stands for: how many, and the best of them. */
  readonly alike?: { readonly count: number; readonly hits: readonly IndexHit[] } | undefined;
}

export interface IndexAnswer {
  readonly query: string;
  readonly words: readonly QueryWord[];
  /** The sentence that was searched, if words were replaced or left out. */
  readonly understood?: string | undefined;
  /** The phrases that the query denies. */
  readonly without?: readonly string[] | undefined;
  readonly generation: string;
  /** The backend that compared, and the one that encoded the query. */
  readonly backend: string;
  readonly encoder: string;
  /** Whether GSMN compared the images that recall found, or every one. */
  readonly ranking: 'shortlist' | 'exhaustive';
  /** Number of images that GSMN compared. */
  readonly compared: number;
  /** The filter as it was read, and how many images pass. */
  readonly filtered?: SearchAnswer['filtered'];
  /** By field: how often its values occur among the images that were compared. */
  readonly facets?: SearchAnswer['facets'];
  /** Whether the best image fits; undefined where hits have no relevance. */
  readonly match?: SearchAnswer['match'];
  readonly hits: readonly IndexHit[];
}

/** An index that is open for searches in this process. */
export interface IndexSearch {
  readonly generation: SearchGeneration;
  /** @throws AppError `query_empty`, `query_too_long`, and what reading the generation throws. */
  search(request: IndexSearchRequest): Promise<IndexAnswer>;
  dispose(): Promise<void>;
}

/** Minimum attention of a reported region; the command shows none. */
const NO_EVIDENCE = { regions: 0, weight: 1 };

/**
 * Searches the active generation in this process, once.
 *
 * @throws AppError of `openIndexSearch` and of the search.
 */
export async function searchIndex(options: SearchIndexOptions): Promise<IndexAnswer> {
  const index = await openIndexSearch(options);
  try {
    return await index.search(options);
  } finally {
    await index.dispose();
  }
}

/**
 * Opens the active generation for searches in this process: with the engine of the services, on the generation's own files.
 *
 * @throws AppError `generation_missing`, `backend_unavailable`, `recall_unavailable`, `memory_exhausted` if not even one image fits, and
 *   what reading the generation throws.
 */
export async function openIndexSearch(options: OpenIndexOptions): Promise<IndexSearch> {
  const { index, backend, precision, store, signal, onProgress } = options;
  let compared = 0;
  const active = await index.requireActive();
  const generation = await openSearchGeneration({
    files: folderFiles(index.generation(active.generation)),
    id: active.generation,
    manifestSha256: active.manifest,
    engines: ({ config, parameters }) => createQueryEngines(config, parameters, backend, { precision }),
    parser: parserOf,
    pretrained: (stored, where) => openRecallTexts(index.path, stored, where),
    settings: {
      memoryBytes: options.memoryBytes,
      queryCacheBytes: 0,
      exhaustiveImages: Number.POSITIVE_INFINITY,
      evidence: NO_EVIDENCE,
    },
    serve: false,
    signal,
    hooks: {
      onPairs: (count) => {
        compared += count;
        onProgress?.(compared, generation.images.count);
      },
    },
  });
  return {
    generation,
    search: (request) => searchOnce(generation, request, store, signal),
    dispose: () => generation.dispose(),
  };
}

async function searchOnce(
  generation: SearchGeneration,
  request: IndexSearchRequest,
  store: QdrantStore | undefined,
  signal: AbortSignal,
): Promise<IndexAnswer> {
  const { query, fuse, ...asked } = request;
  const { manifest, queries, matcher } = generation;
  const fields = localFields(generation);
  const searchWith = (shortlist: number): Promise<SearchAnswer> =>
    search(
      { ...asked, q: query, offset: 0 },
      {
        encoder: {
          encode: async (text) => {
            const encoded = await queries.encode(text);
            // The calibration is of the fused score.
            const calibration = fuse ? encoded.ranking.calibration : undefined;
            return { ...encoded, ranking: { ...encoded.ranking, shortlist, calibration } };
          },
        },
        recall: store === undefined ? exactRecall(generation, fields) : qdrantRecall(store),
        ranker: rankerOf(generation, fuse),
        payloads: store === undefined ? noPayloads : qdrantPayloads(store),
        vectors: store === undefined ? localVectors(generation) : qdrantVectors(store),
        fields: store === undefined ? fields : qdrantFields(store),
        // A caller that can read the index may see all of it.
        visible: 'all',
        degrade: false,
      },
      { signal },
    );
  // Every hit is compared, however many are requested, and however many of the shortlist look alike.
  let shortlist = Math.max(manifest.ranking.shortlist, asked.limit);
  let answer = await searchWith(shortlist);
  while (answer.hits.some(({ stage }) => stage === 'recall') && shortlist < RANK_LIMITS.shortlist) {
    shortlist *= 2;
    answer = await searchWith(shortlist);
  }
  return {
    query,
    words: answer.words,
    understood: answer.understood,
    without: answer.without,
    generation: manifest.id,
    backend: answer.compared?.backend ?? matcher.backend,
    encoder: queries.backend,
    ranking: asked.exhaustive ? 'exhaustive' : 'shortlist',
    compared: answer.compared?.compared ?? 0,
    filtered: answer.filtered,
    facets: answer.facets,
    match: answer.match,
    hits: answer.hits.map(indexHit),
  };
}

function indexHit({ id, score, gsmn, coarse, captions, channels, relevance, image, alike }: Hit): IndexHit {
  return {
    id,
    score,
    ...(gsmn === undefined ? {} : { gsmn }),
    coarse,
    ...(captions === undefined ? {} : { captions }),
    ...(channels === undefined ? {} : { channels }),
    relevance,
    image,
    ...(alike ? { alike: { count: alike.count, hits: alike.hits.map(indexHit) } } : {}),
  };
}

function rankerOf({ ranker, manifest }: SearchGeneration, fuse: boolean): Ranker {
  return {
    rank: async ({ query, candidates, ...request }, { signal }) => {
      const { caption } = encodedHere(query);
      const page = await ranker.rank(
        {
          ...request,
          captions: query.captions?.terms,
          candidates:
            typeof candidates === 'object' && 'passing' in candidates
              ? candidates.passing.map((id) => ({ id, coarse: null }))
              : candidates,
          query: { ...query, caption, combined: combinedHere(query.combined) },
          collapse: query.grouped,
          fuse,
          evidence: false,
        },
        { signal },
      );
      return { ...page, active: manifest.id };
    },
  };
}

function encodedHere({ combined: _combined, caption, ...query }: EncodedQuery): LocalQuery {
  if (caption === undefined) throw new RangeError('the query was not encoded here');
  return { ...query, caption };
}

function combinedHere(combined: EncodedQuery['combined']) {
  if (combined === undefined) return undefined;
  const sentences = combined.sentences.map(({ query, share }) => ({ ...encodedHere(query), share }));
  return { ...combined, sentences };
}

/** Every generation from a build has its payloads; one without them can only be searched with its database. */
const noPayloads: Payloads = {
  read: async ({ generation }) => {
    throw new AppError(
      'generation_incomplete',
      `generation ${generation} does not have the payloads of its images`,
      {
        hint: 'build it again, or name its vector database: --qdrant',
      },
    );
  },
};
