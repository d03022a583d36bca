import type { QueryWord } from '../../../shared/schema/index.ts';

/** One line about the words that were ignored in a search, each with the nearest known spelling; empty if there are none. */
export function unknownWordsNote(words: readonly QueryWord[]): string {
  const unknown = words
    .filter(({ known }) => !known)
    .map(({ text, suggestion }) =>
      suggestion === undefined ? text : `${text} (did you mean ${suggestion}?)`,
    );
  return unknown.length > 0 ? `words that the model does not know: ${unknown.join(', ')}\n` : '';
}
