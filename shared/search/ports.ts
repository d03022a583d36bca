import type { CaptionGraph } from '../model/index.ts';
import type { ImagePayload, PackedEvidence, QueryWord, Ranking } from '../schema/index.ts';

/** What a part of a search is called with. */
export interface SearchCall {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
  /** Travels along to other services, for their logs. */
  readonly requestId?: string | undefined;
}

/** A query as one generation's model reads it. */
export interface EncodedQuery {
  /** As it was asked. */
  readonly text: string;
  readonly generation: string;
  /** The collection of the generation's images in the vector database. */
  readonly collection: string;
  readonly ranking: Ranking;
  /** Its words; one that the model does not know may carry a suggestion. */
  readonly words: readonly QueryWord[];
  /** Unit coarse vector, `[dimensions]`. */
  readonly coarse: Float32Array;
  /** Word nodes, with the parse where the model compares parses. Absent when another service encoded the query. */
  readonly caption?: CaptionGraph | undefined;
  /** True when the generation was kept from an earlier search, so that another one may be active by now. */
  readonly kept: boolean;
}

/** Turns sentences into what the other parts compare. */
export interface QueryEncoder {
  /**
   * @param fresh asks which generation is active, instead of using one that is kept
   * @throws AppError `query_empty`, `query_too_long`, `encode_unavailable`, `timeout`.
   */
  encode(text: string, fresh: boolean, call: SearchCall): Promise<EncodedQuery>;
}

/** An image that may be a hit. */
export interface Candidate {
  /** Its ordinal in the generation. */
  readonly id: number;
  /** Cosine between its coarse vector and the query's. */
  readonly coarse: number;
}

/** Finds candidates by coarse vectors. */
export interface Recall {
  /**
   * The images nearest to the query, best first.
   *
   * @throws AppError `recall_unavailable`, `timeout`; `not_found` when the generation's vectors are gone.
   */
  nearest(query: EncodedQuery, limit: number, call: SearchCall): Promise<readonly Candidate[]>;
}

export interface RankRequest {
  readonly query: EncodedQuery;
  /** Images to compare, best first, or every one. */
  readonly candidates: readonly Candidate[] | 'all';
  /** Which part of the ranked images is wanted. */
  readonly offset: number;
  readonly limit: number;
}

/** An image that GSMN compared with the query. */
export interface RankedImage extends Candidate {
  /** Fused score, what images are ranked by. */
  readonly score: number;
  /** i2t + t2i. */
  readonly gsmn: number;
  readonly payload?: ImagePayload | undefined;
  readonly evidence?: PackedEvidence | undefined;
}

export interface RankedPage {
  /** The generation that is active where the images were ranked. */
  readonly active: string;
  /** What compared. */
  readonly backend: string;
  /** How many images were compared. */
  readonly compared: number;
  readonly images: readonly RankedImage[];
  /** Whether each image has its evidence; when it does not, why. */
  readonly evidence: 'complete' | 'late' | 'failed';
  /** Milliseconds of its parts, waiting for others included. */
  readonly took: { readonly match: number; readonly evidence: number };
}

/** Compares images with a query in full and puts them in order. */
export interface Ranker {
  /**
   * @throws AppError `rerank_unavailable`, `timeout`, `overloaded`; `generation_stale` when the query's generation is not served any more;
   *   `request_too_large` for `"all"` of a generation that is too large for it.
   */
  rank(request: RankRequest, call: SearchCall): Promise<RankedPage>;
}

/** Looks up what is known of images. */
export interface Payloads {
  /**
   * Payloads of those of the images that are there.
   *
   * @throws AppError `recall_unavailable`, `timeout`; `not_found` when the generation's payloads are gone.
   */
  read(
    query: EncodedQuery,
    ids: readonly number[],
    call: SearchCall,
  ): Promise<ReadonlyMap<number, ImagePayload>>;
}
