import type { QueryWord, SearchResults } from '../../clients/search/index.ts';

/** Whether a word was searched for without the model knowing it. */
export function isUnknown({ known, as, negated }: QueryWord): boolean {
  return !known && as === undefined && negated === undefined;
}

/** What was searched instead of the query, in words, and which words only by their meaning; undefined if that is the query. */
export function searchedAs({ understood, without, words }: SearchResults): string | undefined {
  if (understood === undefined) return undefined;
  const denied = without?.map((phrase) => `, without “${phrase}”`).join('') ?? '';
  const near = words
    .map(({ text, as, by }) => (by === 'meaning' ? `; ${text}: searched as ${as}` : ''))
    .join('');
  return `Searched as “${understood}”${denied}${near}`;
}
