import {
  type AddressedSearch,
  getSearch,
  requestImages,
  SearchProblem,
  type SearchResponse,
  type Transport,
} from '../../clients/search/index.ts';
import { type Near, parseNear } from './near.ts';

/** An answer; of images like another one instead of a sentence's, with the id of that one. */
export type NearResponse = SearchResponse & { readonly like?: number | undefined };

/**
 * A search that goes by images. Their ids are those of a version of the index: where that is not served any more, or has no such image for
 * this caller, `onGone` is called, and the search is one without them. Rejects as `getSearch` does.
 *
 * @param text as `printNear` has it
 */
export async function searchNear(
  text: string,
  endpoint: URL,
  request: AddressedSearch & { readonly q: string },
  transport: Transport,
  onGone: () => void,
): Promise<NearResponse> {
  const near = parseNear(text);
  try {
    if (near) return await ask(near, endpoint, request, transport);
  } catch (error) {
    const gone = error instanceof SearchProblem && (error.status === 400 || error.status === 404);
    // A later page belongs to what is shown.
    if (!gone || request.after !== undefined) throw error;
  }
  onGone();
  return getSearch(endpoint, request, transport);
}

async function ask(
  { kind, ids, generation }: Near,
  endpoint: URL,
  request: AddressedSearch & { readonly q: string },
  transport: Transport,
): Promise<NearResponse> {
  if (kind === 'not') {
    const not = ids.map((id) => `id:${id}`);
    return getSearch(endpoint, { ...request, not, generation }, transport);
  }
  const { q, filter, limit, after, signal } = request;
  const [like] = ids;
  const page = await requestImages(
    new URL('./images', endpoint),
    { like, generation, filter, limit, after, signal },
    transport,
  );
  return {
    ...page,
    query: q,
    words: [],
    stage: 'recall',
    offset: 0,
    hits: page.images.map(({ score = 0, ...image }) => ({
      ...image,
      stage: 'recall',
      scores: { coarse: score },
    })),
  };
}
