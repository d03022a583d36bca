import type { SearchRequest } from '../../../shared/search/search-request.ts';
import { canonicalRequest } from '../search/canonical-request.ts';

/** Whose answers a caller may be given: callers of one scope may see the same images. */
export type KeyScope = string;

/**
 * What the answers to two requests share within a generation, but for the query that they repeat: equal for requests that must be answered
 * equally, and for no others. The generation is not a part of it, whether the request names one or not.
 *
 * @param scope never to be left out: an answer must not reach a caller who may not see it
 */
export function answerKey(request: SearchRequest, scope: KeyScope): string {
  const { generation: _generation, ...asked } = canonicalRequest(request);
  return JSON.stringify([scope, sorted(asked)]);
}

function sorted(members: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
