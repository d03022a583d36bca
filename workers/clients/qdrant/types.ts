import type { Schemas } from '@qdrant/js-client-rest';
import type { CallOptions } from '../call/call-policy.ts';

/** Qdrant's filter language, as its client types it. */
export type QdrantFilter = Schemas['Filter'];

export interface Point {
  readonly id: number;
  /** The coarse vector, `[dimensions]`. */
  readonly vector: ArrayLike<number>;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The terms of its captions, the sparse vector `CAPTION_VECTOR`. */
  readonly captions?: SparseEntries | undefined;
}

/** A sparse vector: `indices` ascend, each with its value. */
export interface SparseEntries {
  readonly indices: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** The name of the sparse vector with the terms of an image's captions. */
export const CAPTION_VECTOR = 'captions';

/** What is asked for: a coarse vector, that of another point, or the terms of captions. */
export type PointQuery = readonly number[] | number | SparseEntries;

/** Points that are candidates of a query: those that another one finds. */
export interface Prefetched {
  readonly query: PointQuery;
  readonly limit: number;
}

/** Qdrant's ids: integers, and UUIDs as text. This project writes integers only. */
export type PointId = number | string;

export interface StoredPoint {
  readonly id: number;
  readonly payload: unknown;
  /** `[dimensions]`, if requested. */
  readonly vector?: readonly number[] | undefined;
  /** The terms of its captions, if vectors were requested and it has them. */
  readonly captions?: { readonly indices: readonly number[]; readonly values: readonly number[] } | undefined;
}

/** How thoroughly recall searches: all vectors, or the HNSW index with this number of candidates at once (`hnsw_ef`). Qdrant chooses by default. */
export interface RecallAccuracy {
  readonly exact?: boolean | undefined;
  readonly beam?: number | undefined;
}

/** A point found by a vector. */
export interface RecalledPoint {
  readonly id: number;
  /** Cosine between the vectors, or the inner product of terms. */
  readonly score: number;
  /** The members of its payload that were asked for. */
  readonly payload?: unknown;
}

/**
 * What Qdrant does with a collection: `green` everything is indexed; `yellow` it is being indexed; `grey` it would be, after the next
 * change (the server was stopped meanwhile); `red` an operation failed.
 */
export type CollectionStatus = 'green' | 'yellow' | 'grey' | 'red';

/** Kinds of payload indexes. */
export type PayloadIndexType = 'keyword' | 'integer' | 'float' | 'bool';

export interface CollectionInfo {
  /** Approximate while it is being indexed; `count` is exact. */
  readonly points: number;
  readonly dimensions: number;
  /** By its name in Qdrant's API: `Cosine`. */
  readonly distance: string;
  /** Whether its points may have terms of captions. */
  readonly captions: boolean;
  /** Points in an HNSW index, approximate. Small collections have none, and are searched without. */
  readonly indexed: number;
  readonly status: CollectionStatus;
  /** What the optimisers failed with. */
  readonly problem?: string | undefined;
}

/**
 * Everything that this project uses of Qdrant, or of `qdrant-local`. Each point has one unnamed vector; vectors are
 * compared by cosine.
 */
export interface QdrantStore {
  /**
   * The points nearest to a vector, or to that of another point, which is not among them, or whose captions fit terms best; best first, with nothing of their payloads but the members at the paths of `payload`;
   * with `among` only points that one of these queries finds. The filter is for these, too. Throws `recall_unavailable`, `not_found` (the collection),
   * `timeout`, `overloaded`, `unauthorized`.
   */
  recall(
    collection: string,
    query: PointQuery,
    limit: number,
    options?: CallOptions &
      RecallAccuracy & {
        readonly filter?: QdrantFilter | undefined;
        readonly payload?: readonly string[] | undefined;
        readonly among?: readonly Prefetched[] | undefined;
      },
  ): Promise<RecalledPoint[]>;

  listCollections(call?: CallOptions): Promise<string[]>;
  /** Undefined if there is no such collection. */
  collectionInfo(collection: string, call?: CallOptions): Promise<CollectionInfo | undefined>;
  /**
   * Creates the collection unless it exists, with room for terms of captions if there are to be `captions`; an existing one with other
   * dimensions, another distance or without that room is a `conflict`.
   */
  ensureCollection(
    collection: string,
    dimensions: number,
    options?: CallOptions & { readonly captions?: boolean | undefined },
  ): Promise<void>;
  /** Lets Qdrant find points by what their payloads have at `key`; an index that exists stays. */
  ensurePayloadIndex(
    collection: string,
    key: string,
    type: PayloadIndexType,
    call?: CallOptions,
  ): Promise<void>;
  /** Lets Qdrant index a `grey` collection; any other one is not changed by it. */
  wakeCollection(collection: string, call?: CallOptions): Promise<void>;
  /** Returns whether it existed. */
  deleteCollection(collection: string, call?: CallOptions): Promise<boolean>;

  /** Writes points and waits until they can be found; writing the same points again changes nothing. */
  upsert(collection: string, points: readonly Point[], call?: CallOptions): Promise<void>;
  deletePoints(collection: string, ids: readonly PointId[], call?: CallOptions): Promise<void>;
  count(
    collection: string,
    options?: CallOptions & { readonly filter?: QdrantFilter | undefined },
  ): Promise<number>;
  /** The points that exist among `ids`, in no particular order. */
  retrieve(
    collection: string,
    ids: readonly number[],
    options?: CallOptions & {
      /** Whether they have their payloads, or which paths of them; default true. */
      readonly withPayload?: boolean | readonly string[] | undefined;
      /** Default false. */
      readonly withVector?: boolean | undefined;
    },
  ): Promise<StoredPoint[]>;
  /** The first points by a number of their payloads that is indexed, with this part of the payload. Points without it are left out. */
  listOrdered(
    collection: string,
    key: string,
    options: CallOptions & {
      readonly descending: boolean;
      readonly filter?: QdrantFilter | undefined;
      readonly limit: number;
    },
  ): Promise<StoredPoint[]>;
  /** A page of the ids of all points, or of those that pass a filter: integers in ascending order, then UUIDs. `next` is where the next page starts, null at the end. */
  listIds(
    collection: string,
    options?: CallOptions & {
      readonly from?: PointId | undefined;
      readonly filter?: QdrantFilter | undefined;
      /** Ids of a page, 1,000 by default. */
      readonly limit?: number | undefined;
    },
  ): Promise<{ readonly ids: readonly PointId[]; readonly next: PointId | null }>;
}
