/** Limits of the public search API, in a separate file, so that scripts in pages can use them without the schemas. */
export const SEARCH_LIMITS = { queryCharacters: 500, queryWords: 62, limit: 100, offset: 1000 } as const;
