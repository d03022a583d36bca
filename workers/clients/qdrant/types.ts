import type { Schemas } from '@qdrant/js-client-rest';
import type { CallOptions } from '../call/call-policy.ts';

/** Qdrant's filter language, as its client types it. */
export type QdrantFilter = Schemas['Filter'];

export interface Point {
  readonly id: number;
  /** The coarse vector, `[dimensions]`. */
  readonly vector: ArrayLike<number>;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface StoredPoint {
  readonly id: number;
  readonly payload: unknown;
  /** `[dimensions]`, if requested. */
  readonly vector?: readonly number[] | undefined;
}

/** How thoroughly recall searches: all vectors, or the HNSW index with this number of candidates at once (`hnsw_ef`). Qdrant chooses by default. */
export interface RecallAccuracy {
  readonly exact?: boolean | undefined;
  readonly beam?: number | undefined;
}

/** A point found by a vector. */
export interface RecalledPoint {
  readonly id: number;
  /** Cosine between the vectors. */
  readonly score: number;
}

export interface CollectionInfo {
  readonly points: number;
  readonly dimensions: number;
}

export interface AliasChange {
  readonly alias: string;
  /** The collection that it points to from now on; null removes the alias. */
  readonly collection: string | null;
}

/**
 * Everything that this project uses of Qdrant, or of `qdrant-local`. Each point has one unnamed vector; vectors are
 * compared by cosine.
 */
export interface QdrantStore {
  /**
   * The points nearest to a vector, best first, without their payloads. Throws `recall_unavailable`, `not_found` (the collection),
   * `timeout`, `overloaded`, `unauthorized`.
   */
  recall(
    collection: string,
    vector: readonly number[],
    limit: number,
    options?: CallOptions & RecallAccuracy & { readonly filter?: QdrantFilter | undefined },
  ): Promise<RecalledPoint[]>;

  listCollections(call?: CallOptions): Promise<string[]>;
  /** Undefined if there is no such collection. */
  collectionInfo(collection: string, call?: CallOptions): Promise<CollectionInfo | undefined>;
  /** Creates the collection unless it exists; an existing one with other dimensions is a `conflict`. */
  ensureCollection(collection: string, dimensions: number, call?: CallOptions): Promise<void>;
  /** Returns whether it existed. */
  deleteCollection(collection: string, call?: CallOptions): Promise<boolean>;

  /** Alias -> collection. */
  listAliases(call?: CallOptions): Promise<Map<string, string>>;
  /** All changes take effect at once or not at all. */
  switchAliases(changes: readonly AliasChange[], call?: CallOptions): Promise<void>;

  /** Writes points and waits until they can be found; writing the same points again changes nothing. */
  upsert(collection: string, points: readonly Point[], call?: CallOptions): Promise<void>;
  deletePoints(collection: string, ids: readonly number[], call?: CallOptions): Promise<void>;
  count(
    collection: string,
    options?: CallOptions & { readonly filter?: QdrantFilter | undefined },
  ): Promise<number>;
  /** The points that exist among `ids`, in no particular order. */
  retrieve(
    collection: string,
    ids: readonly number[],
    options?: CallOptions & { readonly withVector?: boolean | undefined },
  ): Promise<StoredPoint[]>;
  /** Every point, by ascending id, a page of `page` points at a time. */
  scroll(
    collection: string,
    options?: CallOptions & {
      readonly page?: number | undefined;
      readonly filter?: QdrantFilter | undefined;
      readonly withVector?: boolean | undefined;
    },
  ): AsyncGenerator<StoredPoint[]>;
}
