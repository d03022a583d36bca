/** Characters of a query. */
export const QUERY_CHARACTERS = 500;

/** Hits on a page. These two are constants of their own, because a script takes an object as a whole. */
export const PAGE_HITS = 100;

/** Limits of the public search API, in a separate file, so that scripts in pages can use them without the schemas. */
export const SEARCH_LIMITS = {
  queryCharacters: QUERY_CHARACTERS,
  queryWords: 62,
  limit: PAGE_HITS,
  offset: 1000,
  /** Sentences of a search, and the largest weight of one. */
  sentences: 4,
  weight: 100,
  /** Phrases and images that a search denies. */
  not: 8,
} as const;
