import { distance } from 'fastest-levenshtein';
import type { Vocabulary } from './vocabulary.ts';

/** Shorter words have too many neighbours to guess from. */
const SHORTEST = 4;
/** Words from this length on may differ by two characters. */
const LONG = 6;
/** Longer words are not misspellings. */
const LONGEST = 40;

/**
 * The known word whose spelling is nearest to an unknown one, by Levenshtein distance: one edit or one exchange of neighbouring
 * characters; two edits for words of six characters and more. Of equally near words, one with the same first letter is preferred,
 * then the order of the vocabulary decides. Undefined if no word is near.
 */
export function nearestWord(word: string, vocabulary: Vocabulary): string | undefined {
  if (word.length < SHORTEST || word.length > LONGEST || !/^\p{L}[\p{L}'-]*$/u.test(word)) return undefined;
  const most = word.length < LONG ? 1 : 2;
  let best: { word: string; cost: number } | undefined;
  for (let id = 0; id < vocabulary.size; id++) {
    const known = vocabulary.wordOf(id);
    if (Math.abs(known.length - word.length) > most || !/^\p{L}/u.test(known)) continue;
    const apart = isExchange(word, known) ? 1 : distance(word, known);
    if (apart > most) continue;
    const cost = apart + (known[0] === word[0] ? 0 : 0.5);
    if (best === undefined || cost < best.cost) best = { word: known, cost };
  }
  return best?.word;
}

/** Whether two neighbouring characters are exchanged. */
function isExchange(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}
