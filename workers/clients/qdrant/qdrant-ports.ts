import { AppError } from '../../../shared/errors/index.ts';
import { alikeGroup, imagePayloadSchema } from '../../../shared/schema/index.ts';
import type { Candidate, Payloads, Recall, Vectors } from '../../../shared/search/ports.ts';
import { collectionError } from './collection-error.ts';
import { qdrantFilter } from './qdrant-filter.ts';
import type { QdrantStore, RecallAccuracy, RecalledPoint } from './types.ts';

/** Recall with Qdrant. */
export function qdrantRecall(qdrant: Pick<QdrantStore, 'recall'>, timeoutMs?: number): Recall {
  return {
    nearest: async (
      { collection, coarse, images, grouped },
      limit,
      { signal, requestId, traceparent },
      among,
    ) => {
      const points = await qdrant
        .recall(collection, [...coarse], limit, {
          ...accuracy(among?.images ?? images, limit),
          ...(grouped ? { payload: GROUP } : {}),
          filter: among && qdrantFilter(among.filter),
          signal,
          requestId,
          traceparent,
          timeoutMs,
        })
        .catch(collectionError);
      return points.map((point) => candidateOf(point, grouped));
    },
    byCaptions: async (
      { collection, coarse, images, grouped, captions: { terms } },
      limit,
      { signal, requestId, traceparent },
      among,
    ) => {
      if (terms.indices.length === 0) return { found: [], scores: new Map() };
      const options = {
        filter: among && qdrantFilter(among.filter),
        signal,
        requestId,
        traceparent,
        timeoutMs,
      };
      const told = { query: terms, limit };
      const near = { query: [...coarse], limit };
      const [found, scored] = await Promise.all([
        qdrant.recall(collection, near.query, limit, {
          ...options,
          exact: true,
          ...(grouped ? { payload: GROUP } : {}),
          among: [told],
        }),
        qdrant.recall(collection, terms, 2 * limit, {
          ...options,
          ...accuracy(among?.images ?? images, limit),
          among: [told, near],
        }),
      ]).catch(collectionError);
      return {
        found: found.map((point) => candidateOf(point, grouped)),
        scores: new Map(scored.map(({ id, score }) => [id, score])),
      };
    },
  };
}

function candidateOf({ id, score, payload }: RecalledPoint, grouped: boolean): Candidate {
  return { id, coarse: score, ...(grouped ? { group: groupOf(payload) } : {}) };
}

/** Where a point's payload has the group of images that look alike. */
const GROUP = ['metadata.alike'];

function groupOf(payload: unknown): string | undefined {
  const part = imagePayloadSchema.pick({ metadata: true }).safeParse(payload);
  return part.success ? alikeGroup(part.data) : undefined;
}

/**
 * Up to this number of images (of those that pass a filter) Qdrant compares every vector, which takes some milliseconds; beyond, its HNSW index is searched wide enough. Left
 * to itself it uses that index from about 10 MB of vectors on, with a beam of 100 or the limit, and finds three quarters of a shortlist
 * of 100 among 80,000.
 */
const EXACT_IMAGES = 100_000;
const BEAM = { least: 512, ofLimit: 2 };

/** How thoroughly Qdrant is to search a number of images. */
export function accuracy(images: number, limit: number): RecallAccuracy {
  return images <= EXACT_IMAGES ? { exact: true } : { beam: Math.max(BEAM.least, BEAM.ofLimit * limit) };
}

/** Coarse vectors from Qdrant's points. */
export function qdrantVectors(qdrant: Pick<QdrantStore, 'retrieve'>, timeoutMs?: number): Vectors {
  return {
    read: async ({ collection }, ids, { signal, requestId }) => {
      const points = await qdrant
        .retrieve(collection, ids, { withPayload: false, withVector: true, signal, requestId, timeoutMs })
        .catch(collectionError);
      const found = new Map(points.map(({ id, vector }) => [id, vector]));
      return ids.map((id) => {
        const vector = found.get(id);
        if (vector) return Float32Array.from(vector);
        throw new AppError('not_found', `collection ${collection} has no point ${id}`);
      });
    },
  };
}

/** Payloads from Qdrant's points. */
export function qdrantPayloads(qdrant: Pick<QdrantStore, 'retrieve'>, timeoutMs?: number): Payloads {
  return {
    read: async ({ collection }, ids, { signal, requestId, traceparent }) => {
      const points = await qdrant
        .retrieve(collection, ids, { signal, requestId, traceparent, timeoutMs })
        .catch(collectionError);
      return new Map(
        points.map(({ id, payload }) => {
          const parsed = imagePayloadSchema.safeParse(payload);
          if (parsed.success) return [id, parsed.data];
          throw new AppError(
            'recall_unavailable',
            `collection ${collection}: point ${id} does not have the payload of an image`,
            { hint: 'Was the collection written by `gsmn index build`?', cause: parsed.error },
          );
        }),
      );
    },
  };
}
