import type { SearchResults } from '../../clients/search/index.ts';

/** By field: its most frequent values, and how many of the images that were compared have each. */
export type Facets = NonNullable<SearchResults['facets']>;
export type FacetValue = Facets[string][number]['value'];

/** The site's filter and, by field, the value that a person chose, as one filter; undefined if there is nothing to filter by. */
export function facetFilter(filter: string, chosen: ReadonlyMap<string, FacetValue>): string | undefined {
  const parts = [...chosen].map(([field, value]) => `${field}:"${String(value).replace(/["\\]/g, '\\$&')}"`);
  if (filter !== '') parts.unshift(chosen.size > 0 ? `(${filter})` : filter);
  return parts.join(' AND ') || undefined;
}

/** The names in the attribute `facets`. */
export function facetNames(text: string): readonly string[] | undefined {
  const names = new Set(
    text
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
  );
  return names.size > 0 ? [...names] : undefined;
}
