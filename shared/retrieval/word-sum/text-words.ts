import { tokenise } from '../../text/index.ts';

/** The words of a text, in lower case, and its pairs: two words that follow one another when the skipped are left out. */
export function wordsAndPairs(text: string, skipped: ReadonlySet<string>): string[] {
  const words = tokenise(text);
  const kept = words.filter((word) => !skipped.has(word));
  return [...words, ...kept.slice(1).map((word, index) => `${kept[index]} ${word}`)];
}
