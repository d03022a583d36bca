import type { FilterTree } from '../../../shared/schema/index.ts';
import type { SearchRequest } from '../../../shared/search/search-request.ts';
import { cleanQuery } from '../../../shared/text/index.ts';

/** A request in one spelling, as JSON: two that are equal find the same in the same generation. */
export type CanonicalRequest = Readonly<Record<string, unknown>>;

/**
 * The spelling that all requests share that are the same search: the query in the characters in which it is read, the filter as a tree.
 * Every other member stays as it is, those that are added later, too.
 */
export function canonicalRequest(request: SearchRequest): CanonicalRequest {
  const { q, filter, ...others } = request;
  return {
    ...others,
    // As they are written, words are looked up in the characters that they have.
    // Of several sentences the answer repeats the spelling.
    q: request.understand && typeof q === 'string' ? cleanQuery(q).replace(/\s+/g, ' ') : q,
    filter: filter && canonicalTree(filter),
  };
}

/** Without what changes no answer: where conditions stand in a text, and groups of one part. */
export function canonicalTree(tree: FilterTree): unknown {
  if ('and' in tree) return canonicalGroup('and', tree.and);
  if ('or' in tree) return canonicalGroup('or', tree.or);
  if ('not' in tree) return { not: canonicalTree(tree.not) };
  const { field, test, at } = tree;
  // The values of a text are read as the field's type, those of JSON must have it.
  return { field, test, text: at !== undefined };
}

function canonicalGroup(kind: 'and' | 'or', parts: readonly FilterTree[]): unknown {
  const [only] = parts;
  return parts.length === 1 && only !== undefined
    ? canonicalTree(only)
    : { [kind]: parts.map(canonicalTree) };
}
