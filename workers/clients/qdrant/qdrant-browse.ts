import { AppError } from '../../../shared/errors/index.ts';
import type { ImageFilter } from '../../../shared/filter/image-filter.ts';
import { PAYLOAD_FIELDS } from '../../../shared/schema/index.ts';
import type { Candidate, SearchCall } from '../../../shared/search/ports.ts';
import { collectionError } from './collection-error.ts';
import { fieldKey, qdrantFilter } from './qdrant-filter.ts';
import { accuracy } from './qdrant-ports.ts';
import type { QdrantStore } from './types.ts';

/** An order of images: by the values of a field, or by their ids. Equal values are in the order of ids. */
export interface BrowseOrder {
  readonly field?: string | undefined;
  readonly descending: boolean;
}

/** Where an image stands in an order. */
export interface Place {
  readonly id: number;
  /** Its value in the field, if the order has one. */
  readonly value?: number | undefined;
}

export interface BrowseRequest {
  readonly collection: string;
  readonly order: BrowseOrder;
  readonly filter?: ImageFilter | undefined;
  /** The last image of the page before. */
  readonly after?: Place | undefined;
  readonly limit: number;
}

export interface LikeRequest extends Pick<BrowseRequest, 'collection' | 'filter' | 'limit'> {
  /** The image that the others are compared with. */
  readonly id: number;
  /** How many images pass. */
  readonly images: number;
  readonly offset: number;
}

/** Lists images in an order, page by page. */
export interface Browse {
  /**
   * The images behind `after`; those without a value in the field are left out. No page repeats or misses an image, whatever order Qdrant
   * gives equal values.
   *
   * @throws AppError as `Recall.nearest`.
   */
  page(request: BrowseRequest, call: SearchCall): Promise<readonly Place[]>;
  /** The images whose coarse vectors are nearest to that of an image, without itself. Throws as `page`. */
  like(request: LikeRequest, call: SearchCall): Promise<readonly Candidate[]>;
}

/** @param timeoutMs of one request. */
export function qdrantBrowse(
  qdrant: Pick<QdrantStore, 'recall' | 'listIds' | 'listOrdered'>,
  timeoutMs?: number,
): Browse {
  /** The images of one value, or all, by their ids. */
  async function byId(
    { collection, filter, limit }: Pick<BrowseRequest, 'collection' | 'filter' | 'limit'>,
    after: number | undefined,
    { signal, requestId, traceparent }: SearchCall,
  ): Promise<number[]> {
    const page = await qdrant
      .listIds(collection, {
        from: after === undefined ? undefined : after + 1,
        filter: filter && qdrantFilter(filter),
        limit,
        signal,
        requestId,
        traceparent,
        timeoutMs,
      })
      .catch(collectionError);
    return page.ids.map(Number);
  }

  return {
    async page(request, call) {
      const { collection, order, filter, after, limit } = request;
      const { field, descending } = order;
      if (field === undefined) {
        return (await byId(request, after?.id, call)).map((id) => ({ id }));
      }
      const ofValue = async (value: number, from: number | undefined, most: number): Promise<Place[]> => {
        const same = { field, range: { gte: value, lte: value } };
        const only = filter === undefined ? same : { and: [filter, same] };
        const ids = await byId({ collection, filter: only, limit: most }, from, call);
        return ids.map((id) => ({ id, value }));
      };
      const found = after?.value === undefined ? [] : await ofValue(after.value, after.id, limit);
      const wanted = limit - found.length;
      if (wanted === 0) return found;
      const beyond =
        after?.value === undefined
          ? []
          : [{ field, range: descending ? { lt: after.value } : { gt: after.value } }];
      const parts = [...(filter === undefined ? [] : [filter]), ...beyond];
      const points = await qdrant
        .listOrdered(collection, fieldKey(field), {
          descending,
          filter: parts.length === 0 ? undefined : qdrantFilter({ and: parts }),
          limit: wanted,
          signal: call.signal,
          requestId: call.requestId,
          traceparent: call.traceparent,
          timeoutMs,
        })
        .catch(collectionError);
      const next = points.map(({ id, payload }) => ({ id, value: numberOf(payload, field, collection, id) }));
      const last = next.at(-1)?.value;
      if (last === undefined) return found;
      // Of the last value there may be more: which of these are next, their ids say.
      const whole = next.filter(({ value }) => value !== last);
      whole.sort((a, b) => (descending ? b.value - a.value : a.value - b.value) || a.id - b.id);
      return [...found, ...whole, ...(await ofValue(last, undefined, wanted - whole.length))];
    },

    async like({ collection, id: like, images, filter, offset, limit }, { signal, requestId, traceparent }) {
      const points = await qdrant
        .recall(collection, like, offset + limit, {
          ...accuracy(images, offset + limit),
          filter: filter && qdrantFilter(filter),
          signal,
          requestId,
          traceparent,
          timeoutMs,
        })
        .catch(collectionError);
      return points.slice(offset).map(({ id, score }) => ({ id, coarse: score }));
    },
  };
}

function numberOf(payload: unknown, field: string, collection: string, id: number): number {
  const value = (payload as Partial<Record<string, Record<string, unknown>>> | null)?.[PAYLOAD_FIELDS]?.[
    field
  ];
  if (typeof value === 'number') return value;
  throw new AppError('recall_unavailable', `collection ${collection}: point ${id} has other fields`, {
    hint: 'Was the collection written by `gsmn index build`?',
  });
}
