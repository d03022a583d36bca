import { AppError } from '../../../shared/errors/index.ts';
import { type ImageFilter, passesFilter } from '../../../shared/filter/image-filter.ts';
import { declaredField, type Visible } from '../../../shared/filter/resolve-filter.ts';
import { type GenerationResponse, type IndexFields, SEARCH_LIMITS } from '../../../shared/schema/index.ts';
import type { Fields, SearchCall } from '../../../shared/search/ports.ts';
import type { Browse, BrowseOrder, Place } from '../../clients/index.ts';
import { assertKnownImage, fieldsOfImage } from './known-image.ts';

export interface ImageListParts {
  readonly browse: Browse;
  readonly fields: Fields;
}

/** A page of which images. */
export interface Asked {
  readonly generation: GenerationResponse;
  readonly filter: ImageFilter | undefined;
  /** The images that the caller may see at all; all if undefined. */
  readonly within: ImageFilter | undefined;
  /** The fields that it may sort by. */
  readonly visible: Visible;
  readonly limit: number;
  /** Where the page before ended. */
  readonly place: Place | undefined;
}

/** Images in an order. */
export interface ImageList {
  total(): Promise<number>;
  /** The images of the page, and the next one, if there is one. */
  page(): Promise<readonly (Place & { readonly score?: number })[]>;
  /** Where a page ends with this image; undefined if none may follow. */
  place(last: Place): Place | undefined;
}

/** The orders in which images are listed without a query. */
export function imageLists({ browse, fields }: ImageListParts) {
  async function count(
    generation: GenerationResponse,
    filter: ImageFilter | undefined,
    call: SearchCall,
  ): Promise<number> {
    return filter === undefined ? generation.images : fields.count(generation, filter, call);
  }

  function byField(
    { generation, filter, visible, limit, place }: Asked,
    sort: string | undefined,
    call: SearchCall,
  ): ImageList {
    const order = orderOf(sort, generation.fields, visible);
    const { collection } = generation;
    return {
      total: () => count(generation, withValue(filter, order), call),
      // One more tells whether there is a next page.
      page: () => browse.page({ collection, order, filter, after: place, limit: limit + 1 }, call),
      place: (last) => last,
    };
  }

  /** @throws AppError `not_found` for an image that is not there, or not for this caller, who does not learn which. */
  async function byLikeness(
    { generation, filter, within, limit, place }: Asked,
    id: number,
    call: SearchCall,
  ): Promise<ImageList> {
    const { collection, images: all } = generation;
    await assertKnownImage(generation, id, within, fields, call);
    // The place of a page is how many images were before it.
    const offset = place?.id ?? 0;
    const end = offset + limit;
    return {
      total: async () => {
        if (filter === undefined) return all - 1;
        const own = await fieldsOfImage(generation, id, fields, call);
        return (await count(generation, filter, call)) - (passesFilter(filter, own) ? 1 : 0);
      },
      page: async () => {
        const images = await count(generation, filter, call);
        if (images === 0) return [];
        const request = { collection, id, images, filter, offset, limit: limit + 1 };
        const found = await browse.like(request, call);
        return found.map(({ id: image, coarse }) => ({ id: image, score: coarse }));
      },
      place: () => (end > SEARCH_LIMITS.offset ? undefined : { id: end }),
    };
  }

  return { count, byField, byLikeness };
}

/** @throws AppError `request_invalid` for a field that has no order. */
function orderOf(sort: string | undefined, fields: IndexFields | undefined, visible: Visible): BrowseOrder {
  if (sort === undefined) return { descending: false };
  const descending = sort.startsWith('-');
  const field = descending ? sort.slice(1) : sort;
  const { type, list } = declaredField(field, fields, visible, 'sort');
  if (!list && type !== 'keyword' && type !== 'boolean') return { field, descending };
  throw new AppError('request_invalid', `sort: ${field} is ${list ? 'a list' : `of type ${type}`}.`, {
    hint: 'Sort by a field of type integer, number or date that has one value.',
  });
}

/** Images without a value have no place in an order. */
function withValue(filter: ImageFilter | undefined, { field }: BrowseOrder): ImageFilter | undefined {
  if (field === undefined) return filter;
  const has = { field, exists: true } as const;
  return filter === undefined ? has : { and: [filter, has] };
}
