import { AppError } from '../errors/index.ts';
import { narrowedFilter } from '../filter/narrowed-filter.ts';
import { printFilter } from '../filter/print-filter.ts';
import type { Visible } from '../filter/resolve-filter.ts';
import type { FilterTree, ImagePayload, IndexFields } from '../schema/index.ts';
import type { EncodedQuery, Fields, Payloads, Recall, RecalledQuery, SearchCall } from './ports.ts';
import { collapsed, recallDifferent } from './rank-images.ts';
import type { FoundImage } from './search-answer.ts';
import type { SearchStage } from './search-request.ts';

/** An image that somebody searches with, encoded as a generation's own images were. */
export type EncodedImage = RecalledQuery & Pick<EncodedQuery, 'fields'>;

export interface ImageSearchRequest {
  readonly limit: number;
  /** Whether of images that look alike only the nearest is listed, which names the others. */
  readonly collapse: boolean;
  /** Which images are searched; all by default. */
  readonly filter?: FilterTree | undefined;
}

export interface ImageSearchParts {
  /** Encodes the image for the active generation. */
  readonly encode: (call: SearchCall) => Promise<EncodedImage>;
  readonly recall: Pick<Recall, 'nearest'>;
  readonly payloads: Payloads;
  readonly fields: Pick<Fields, 'count'>;
  /** The images that the caller may see at all; all by default. */
  readonly within?: FilterTree | undefined;
  /** Whose fields may be used. */
  readonly visible: Visible;
  /** Runs a stage and records how long it took. */
  readonly time?: (<T>(stage: SearchStage, work: () => Promise<T>) => Promise<T>) | undefined;
}

/** An image that was found. */
export interface NearImage {
  readonly id: number;
  /** The cosine of its coarse vector and that of the image that was searched with. */
  readonly score: number;
  readonly image: ImagePayload;
  /** The images that it stands for: how many, and the nearest of them. */
  readonly alike?: { readonly count: number; readonly images: readonly NearImage[] } | undefined;
}

export interface ImageSearchAnswer {
  readonly generation: string;
  /** What its index declares of the metadata. */
  readonly fields?: IndexFields | undefined;
  /** The filter as it was read, and how many images pass. */
  readonly filtered?: { readonly filter: string; readonly images: number } | undefined;
  /** How many images were compared. */
  readonly total: number;
  /** The nearest first. */
  readonly images: readonly NearImage[];
}

/** Among as many of the nearest, images alike are found. Chosen: as in a shortlist. */
const LOOKED_AT = 100;

/** The generation is gone from the reranker, or its collection from the vector database. */
const STALE: ReadonlySet<string> = new Set(['generation_stale', 'not_found']);

/**
 * The images whose coarse vectors are nearest to that of an image. GSMN compares sentences with images, and so takes no part. If the
 * generation disappears meanwhile, the image is encoded again, once, for the one that is active then.
 *
 * @throws AppError what the parts throw.
 */
export async function searchByImage(
  request: ImageSearchRequest,
  parts: ImageSearchParts,
  call: SearchCall,
): Promise<ImageSearchAnswer> {
  try {
    return await searchOnce(request, parts, call);
  } catch (thrown) {
    if (!(thrown instanceof AppError) || !STALE.has(thrown.code)) throw thrown;
    return searchOnce(request, parts, call);
  }
}

async function searchOnce(
  { limit, collapse, filter }: ImageSearchRequest,
  parts: ImageSearchParts,
  call: SearchCall,
): Promise<ImageSearchAnswer> {
  const { recall, payloads, fields, within, visible, time = (_stage, work) => work() } = parts;
  const encoded = await time('encode', () => parts.encode(call));
  const query = { ...encoded, grouped: encoded.grouped && collapse };
  const narrowed = narrowedFilter({ within, filter, visible }, query.fields);
  const among = narrowed && {
    filter: narrowed,
    images: await time('filter', () => fields.count(query, narrowed, call)),
  };
  const total = among?.images ?? query.images;
  const recalled =
    total === 0
      ? []
      : await time('recall', () =>
          recallDifferent(
            { images: total, grouped: query.grouped },
            { least: query.grouped ? Math.max(limit, LOOKED_AT) : limit, different: limit },
            (wanted) => recall.nearest(query, wanted, call, among),
          ),
        );
  const page = collapsed(recalled).slice(0, limit);
  const ids = page.flatMap(({ id, alike }) => [id, ...(alike?.images.map((other) => other.id) ?? [])]);
  const found =
    ids.length === 0
      ? new Map<number, ImagePayload>()
      : await time('payloads', () => payloads.read(query, ids, call));
  const near = ({ id, coarse, alike }: FoundImage): NearImage => {
    const image = found.get(id);
    // When a collection is deleted, its points are gone before its name.
    if (image === undefined)
      throw new AppError('not_found', `collection ${query.collection} has no point ${id}`);
    return {
      id,
      score: coarse,
      image,
      ...(alike && { alike: { count: alike.count, images: alike.images.map(near) } }),
    };
  };
  return {
    generation: query.generation,
    fields: query.fields,
    filtered: filter && among && { filter: printFilter(filter), images: among.images },
    total,
    images: page.map(near),
  };
}
