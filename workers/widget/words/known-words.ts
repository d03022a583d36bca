import type { QueryWord } from '../../clients/search/index.ts';
import { isUnknown } from './reading.ts';

/** Words that still make a sentence. */
const FEWEST = 2;

/** The query without the words that the model does not know; undefined if it knows all, or too few. */
export function knownWords(query: string, words: readonly QueryWord[]): string | undefined {
  const lower = query.toLowerCase();
  // A few capitals are longer in lower case; then positions differ.
  let rest = lower.length === query.length ? query : lower;
  let left = 0;
  let reached = 0;
  for (const word of words) {
    const start = rest.toLowerCase().indexOf(word.text, reached);
    // Quotes are normalised when they are read.
    if (start < 0) continue;
    const end = start + word.text.length;
    if (isUnknown(word)) rest = rest.slice(0, start) + rest.slice(end);
    else if (/\p{L}|\p{N}/u.test(word.text)) left++;
    reached = isUnknown(word) ? start : end;
  }
  return words.some(isUnknown) && left >= FEWEST ? rest.replace(/\s+/g, ' ').trim() : undefined;
}
