import type { QueryWord, SearchResults } from '../../clients/search/index.ts';

/** Whether a word was searched for without the model knowing it. */
export function isUnknown({ known, as, negated }: QueryWord): boolean {
  return !known && as === undefined && negated === undefined;
}

/** What was searched instead of the query, in words; undefined if that is the query. */
export function searchedAs({ understood, without }: SearchResults): string | undefined {
  if (understood === undefined) return undefined;
  const denied = without?.map((phrase) => `, without “${phrase}”`).join('') ?? '';
  return `Searched as “${understood}”${denied}`;
}
