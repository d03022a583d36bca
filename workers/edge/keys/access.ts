import type { Visible } from '../../../shared/filter/resolve-filter.ts';
import type { FilterTree, ImagePayload, IndexFields } from '../../../shared/schema/index.ts';
import type { SearchAnswer } from '../../../shared/search/search-answer.ts';

/** Work that costs more than a request does anyway. */
export type Work = 'exhaustive' | 'image';

/** What a request may do. Every route that answers with images asks its access for which, and shows them by it. */
export interface Access {
  /** The id of the key that the request came with; undefined where the service has no keys. */
  readonly key: string | undefined;
  /** The images that it may see; all if undefined. */
  readonly within: FilterTree | undefined;
  /** The same for requests that are answered equally, until addresses of images change: caches use it as a part of their keys. */
  readonly scope: string;
  /** The fields that it may filter, count and sort by. */
  readonly visible: Visible;
  /** What an answer shows it of an image that it may see. */
  show(image: ImagePayload, fields: IndexFields | undefined): Promise<ImagePayload>;
  /** `Cache-Control` of an answer that may be kept for some seconds. */
  cacheControl(seconds: number): string;
  /** @throws AppError `rate_limited`, `request_invalid` if the key's budget is too small for it at any time. */
  spend(work: Work): void;
}

/** The access of everybody where a service has no keys. */
export const OPEN_ACCESS: Access = {
  key: undefined,
  within: undefined,
  scope: 'everyone',
  visible: 'public',
  show: async (image) => image,
  cacheControl: (seconds) => `public, max-age=${seconds}`,
  spend: () => {},
};

/** An answer with its images as an access shows them. */
export async function shownAnswer(answer: SearchAnswer, access: Access): Promise<SearchAnswer> {
  const shown = async <H extends { readonly image: ImagePayload }>(hit: H): Promise<H> => ({
    ...hit,
    image: await access.show(hit.image, answer.fields),
  });
  const hits = await Promise.all(
    answer.hits.map(async (hit) => ({
      ...(await shown(hit)),
      ...(hit.alike && { alike: { ...hit.alike, hits: await Promise.all(hit.alike.hits.map(shown)) } }),
    })),
  );
  return { ...answer, hits };
}
