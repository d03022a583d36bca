import { AppError } from '../../../shared/errors/index.ts';
import { parseFilter } from '../../../shared/filter/parse-filter.ts';
import { type FilterTree, SEARCH_LIMITS } from '../../../shared/schema/index.ts';
import type { SearchAnswer } from '../../../shared/search/search-answer.ts';
import type { SearchRequest } from '../../../shared/search/search-request.ts';
import { generationOf, listFingerprint, readCursor, writeCursor } from '../paging/cursor.ts';
import { canonicalRequest } from './canonical-request.ts';

/** A search as both methods ask for it: the filter may be text, and the page is named by `offset` or by a cursor. */
export interface AskedSearch extends Omit<SearchRequest, 'filter'> {
  readonly filter?: FilterTree | string | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

/** A page of a search: the request that the engine takes, and the fingerprint of the list that its pages are of. */
export interface SearchPage {
  readonly request: SearchRequest;
  readonly list: string;
}

/**
 * Reads which page is asked for.
 *
 * @throws AppError `request_invalid` for a filter that cannot be read, and for a cursor of another list.
 */
export async function readPage({ after, filter: given, ...asked }: AskedSearch): Promise<SearchPage> {
  const filter = typeof given === 'string' ? parseFilter(given) : given;
  const request = { ...asked, filter };
  // How much of the list is shown, and what is counted beside it, makes no other list; of which generation it is, a cursor says itself.
  const {
    limit: _limit,
    offset,
    facets: _facets,
    generation: _generation,
    ...kept
  } = canonicalRequest(request);
  const list = await listFingerprint(kept);
  if (after === undefined) return { request, list };
  if (offset !== 0) {
    throw new AppError('request_invalid', 'after and offset both say where the page begins.', {
      hint: 'Send one of them.',
    });
  }
  const cursor = readCursor(after, { list, byValue: false, last: SEARCH_LIMITS.offset });
  const generation = generationOf(cursor, asked.generation);
  return { request: { ...request, generation, offset: cursor.place.id }, list };
}

/** The cursor of the page after an answer; undefined if none may follow. */
export function nextPage(
  { offset, limit }: SearchRequest,
  { generation, more }: SearchAnswer,
  list: string,
): string | undefined {
  const end = offset + limit;
  return more && end <= SEARCH_LIMITS.offset
    ? writeCursor({ generation, list, place: { id: end } })
    : undefined;
}
