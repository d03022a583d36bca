/** Limits of the public search API, in a separate file, so that scripts in pages can use them without the schemas. */
export const SEARCH_LIMITS = {
  queryCharacters: 500,
  queryWords: 62,
  limit: 100,
  offset: 1000,
  /** Sentences of a search, and the largest weight of one. */
  sentences: 4,
  weight: 100,
  /** Phrases and images that a search denies. */
  not: 8,
} as const;
