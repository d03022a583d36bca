import type { ImageFilter } from '../filter/image-filter.ts';
import type { CaptionGraph } from '../model/index.ts';
import type { SparseVector } from '../model/sparse-vector.ts';
import type {
  Channel,
  FieldValues,
  ImagePayload,
  IndexFields,
  PackedEvidence,
  QueryWord,
  Ranking,
} from '../schema/index.ts';

/** Context of a call of a part of a search. */
export interface SearchCall {
  /** Aborted when no one waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
  /** Passed on to other services, for their logs. */
  readonly requestId?: string | undefined;
  /** Passed on to other services, for their traces. */
  readonly traceparent?: string | undefined;
}

/** A query before it is encoded. */
export interface AskedQuery {
  readonly text: string;
  /** Whether it is read as it was meant (`understandQuery`), and not only as it is written. */
  readonly understand: boolean;
  /** The generation whose model encodes it; the active one by default. */
  readonly generation?: string | undefined;
  /** Phrases that are denied, besides those that it denies itself. */
  readonly not?: readonly string[] | undefined;
}

/** A query as encoded by the model of one generation. */
export interface EncodedQuery extends AskedQuery {
  readonly generation: string;
  /** The collection of the generation's images in the vector database. */
  readonly collection: string;
  /** Images of the generation. */
  readonly images: number;
  readonly ranking: Ranking;
  /** Whether images of the generation are in groups that look alike; in a search, whether these are collapsed. */
  readonly grouped: boolean;
  /** By which fields images are filtered; undefined if the index declares none. */
  readonly fields?: IndexFields | undefined;
  /** Its words, and what became of them. */
  readonly words: readonly QueryWord[];
  /** The words of its nodes, L - 2, which evidence names. */
  readonly searched: readonly string[];
  /** The sentence that is searched, if words were replaced or left out. */
  readonly understood?: string | undefined;
  /** The phrases that it denies. */
  readonly without?: readonly string[] | undefined;
  /** Unit coarse vector, `[dimensions]`. */
  readonly coarse: Float32Array;
  /** Word nodes, with the parse if the model compares parses. Absent if another service encoded the query. */
  readonly caption?: CaptionGraph | undefined;
  /** What captions are searched for; undefined if recall goes over pixels alone. */
  readonly captions?: CaptionSearch | undefined;
  /** What it is made of, if it is more than a sentence; `coarse` is then their common vector. */
  readonly combined?: CombinedQuery | undefined;
  /** True if the generation was kept from an earlier search, so that another one may be active by now. */
  readonly kept: boolean;
}

/** A search in captions, beside or instead of one by coarse vectors. */
export interface CaptionSearch {
  /** The terms that captions are searched for (`queryTerms`). */
  readonly terms: SparseVector;
  /** What the score of captions counts beside a cosine. */
  readonly weight: number;
  /** Whether recall goes over captions alone. */
  readonly alone: boolean;
}

/** Several sentences as one query, or some with images that hits should not look like. */
export interface CombinedQuery {
  /** The sentences, and how much of the score each is: 1 together. */
  readonly sentences: readonly { readonly query: EncodedQuery; readonly share: number }[];
  /**
   * The length of the common vector before it became a unit vector. A cosine with that one, times this length, is the weighted mean of the
   * sentences' cosines, less what is denied.
   */
  readonly length: number;
}

/** Encodes sentences for the other parts. */
export interface QueryEncoder {
  /**
   * @param fresh asks which generation is active instead of using a kept one
   * @throws AppError `query_empty`, `query_too_long`, `encode_unavailable`, `timeout`; `generation_stale` for a generation that is named
   *   and not served any more.
   */
  encode(query: AskedQuery, fresh: boolean, call: SearchCall): Promise<EncodedQuery>;
}

/** An image that may be a hit. */
export interface Candidate {
  /** Its ordinal in the generation. */
  readonly id: number;
  /** Cosine between its coarse vector and the query's. */
  readonly coarse: number;
  /** How well its captions fit; undefined if they were not searched, or not compared with those of this image. */
  readonly captions?: number | undefined;
  /** Through which channels recall found it; undefined if it goes over pixels alone. */
  readonly channels?: readonly Channel[] | undefined;
  /** The images that look alike that it belongs to, if the query is `grouped`. */
  readonly group?: string | undefined;
}

/** What recall finds in captions. */
export interface CaptionCandidates {
  /** The images whose captions fit best, with their cosines, in any order. */
  readonly found: readonly Candidate[];
  /** The scores of captions of these, and of as many nearest images; an image that is not there has 0. */
  readonly scores: ReadonlyMap<number, number>;
}

/** Images that pass a filter. */
export interface Among {
  readonly filter: ImageFilter;
  /** How many they are. */
  readonly images: number;
}

/** What is looked for by its coarse vector: a query, or an image. */
export type RecalledQuery = Pick<EncodedQuery, 'generation' | 'collection' | 'images' | 'grouped' | 'coarse'>;

/** Finds candidates, by coarse vectors and in captions. */
export interface Recall {
  /**
   * The images nearest to the query, best first; of those that pass a filter, if there is one.
   *
   * @throws AppError `recall_unavailable`, `timeout`; `not_found` if the generation's vectors are gone.
   */
  nearest(
    query: RecalledQuery,
    limit: number,
    call: SearchCall,
    among?: Among,
  ): Promise<readonly Candidate[]>;
  /** The `limit` images whose captions fit the query's terms best; of those that pass a filter, if there is one. Throws as `nearest`. */
  byCaptions(
    query: EncodedQuery & { readonly captions: CaptionSearch },
    limit: number,
    call: SearchCall,
    among?: Among,
  ): Promise<CaptionCandidates>;
}

/** A generation's images, where they are looked up. */
export type IndexedImages = Pick<EncodedQuery, 'generation' | 'collection'>;

/** Looks at the declared fields of a generation's images. All throw as `Recall.nearest`. */
export interface Fields {
  /** How many images pass. */
  count(images: IndexedImages, filter: ImageFilter, call: SearchCall): Promise<number>;
  /** The images that pass, ascending. */
  passing(images: IndexedImages, filter: ImageFilter, call: SearchCall): Promise<readonly number[]>;
  /** The values of some images in the fields that are named, in any order. */
  values(
    images: IndexedImages,
    ids: readonly number[],
    names: readonly string[],
    call: SearchCall,
  ): Promise<readonly FieldValues[]>;
}

export interface RankRequest {
  readonly query: EncodedQuery;
  /** Images to compare, best first; or all; or, as exhaustively, those that pass a filter, ascending. */
  readonly candidates: readonly Candidate[] | 'all' | { readonly passing: readonly number[] };
  /** The part of the ranked, and if the query is `grouped`, collapsed, images that is wanted. */
  readonly offset: number;
  readonly limit: number;
}

/** The images that another one stands for, in their order: how many, and the first of them. */
export interface AlikeImages<Image> {
  readonly count: number;
  readonly images: readonly Image[];
}

/** An image that GSMN compared with the query. */
export interface RankedImage extends Candidate {
  /** Fused score, by which images are ranked. */
  readonly score: number;
  /** i2t + t2i; of several sentences the mean by their shares. */
  readonly gsmn: number;
  /** What each of several sentences says of it, in their order. */
  readonly sentences?: readonly RankedSentence[] | undefined;
  /** The images that it stands for, without evidence. */
  readonly alike?: AlikeImages<RankedImage> | undefined;
  readonly payload?: ImagePayload | undefined;
  readonly evidence?: PackedEvidence | undefined;
}

/** An image compared with one of several sentences. */
export interface RankedSentence {
  readonly gsmn: number;
  readonly evidence?: PackedEvidence | undefined;
}

export interface RankedPage {
  /** The generation that is active where the images were ranked. */
  readonly active: string;
  /** The backend that compared. */
  readonly backend: string;
  /** Number of images that were compared. */
  readonly compared: number;
  readonly images: readonly RankedImage[];
  /** The highest fused score of all compared images, which may be on another page; undefined if captions raised it, or another version of the reranker ranked. */
  readonly best?: number | undefined;
  /** Images that were ranked, on all pages, if `grouped` collapsed; undefined if another version of the reranker ranked. */
  readonly total?: number | undefined;
  /** Whether each image has its evidence; if not, why. */
  readonly evidence: 'complete' | 'late' | 'failed';
  /** Milliseconds of its parts, including waiting for other requests. */
  readonly took: { readonly match: number; readonly evidence: number };
}

/** Compares images with a query in full and sorts them. */
export interface Ranker {
  /**
   * @throws AppError `rerank_unavailable`, `timeout`, `overloaded`; `generation_stale` if the query's generation is not served any more;
   *   `request_too_large` for `"all"` of a generation that is too large.
   */
  rank(request: RankRequest, call: SearchCall): Promise<RankedPage>;
}

/** Looks up the coarse vectors of images. */
export interface Vectors {
  /**
   * Unit vectors of images, `[dimensions]` each, in the order of the ids.
   *
   * @throws AppError `recall_unavailable`, `timeout`; `not_found` if one of the images is gone.
   */
  read(images: IndexedImages, ids: readonly number[], call: SearchCall): Promise<readonly Float32Array[]>;
}

/** Looks up the payloads of images. */
export interface Payloads {
  /**
   * Payloads of those images that exist.
   *
   * @throws AppError `recall_unavailable`, `timeout`; `not_found` if the generation's payloads are gone.
   */
  read(
    images: IndexedImages,
    ids: readonly number[],
    call: SearchCall,
  ): Promise<ReadonlyMap<number, ImagePayload>>;
}
