import type { QueryWord } from '../../clients/search/index.ts';
import { isUnknown } from './reading.ts';

/** Words that still make a sentence. */
const FEWEST = 2;

/**
 * The query without the words that the model does not know; those with a suggested spelling have that. Undefined if no word is left out, or
 * too few remain.
 */
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
    const kept = isUnknown(word) ? (word.suggestion ?? '') : rest.slice(start, start + word.text.length);
    rest = rest.slice(0, start) + kept + rest.slice(start + word.text.length);
    if (/\p{L}|\p{N}/u.test(kept)) left++;
    reached = start + kept.length;
  }
  const shorter = words.some((word) => isUnknown(word) && word.suggestion === undefined);
  return shorter && left >= FEWEST ? rest.replace(/\s+/g, ' ').trim() : undefined;
}
