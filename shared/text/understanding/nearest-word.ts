import { distance } from 'fastest-levenshtein';
import type { Vocabulary } from '../vocabulary.ts';
import { isCommon, rarity } from './common-words.ts';
import near from './near-nouns.json' with { type: 'json' };

/** Shorter words have too many neighbours to guess from. */
const SHORTEST = 4;
/** Words from this length on may differ by two characters. */
const LONG = 6;
/** Longer words are not misspellings. */
const LONGEST = 40;

/** From this length on, a word that differs by two characters is certainly another spelling. */
const CERTAIN = 8;

/** A known word, and how near its spelling is. */
export interface NearWord {
  readonly word: string;
  /** Whether it is so near that it must have been meant: one edit, or two of a word of eight characters and more. */
  readonly certain: boolean;
}

/**
 * The known word whose spelling is nearest to an unknown one, by Levenshtein distance: one edit or one exchange of neighbouring
 * characters; two edits for words of six characters and more. Of equally near words, one with the same first letter is preferred,
 * then the more common one, then the order of the vocabulary decides. Undefined if no word is near, and for a common English word,
 * which is not a misspelling: a model without `mouse` knows none, rather than a `house`.
 */
export function nearestWord(word: string, vocabulary: Vocabulary): NearWord | undefined {
  if (word.length < SHORTEST || word.length > LONGEST || !/^\p{L}[\p{L}'-]*$/u.test(word)) return undefined;
  if (isCommon(word)) return undefined;
  const most = word.length < LONG ? 1 : 2;
  const letters = lettersOf(word);
  let best: { word: string; apart: number; cost: number } | undefined;
  for (const { word: known, letters: others } of spellingsOf(vocabulary)) {
    if (Math.abs(known.length - word.length) > most || bits(letters ^ others) > 2 * most) continue;
    const apart = isExchange(word, known) ? 1 : distance(word, known);
    if (apart > most) continue;
    const cost = apart + (known[0] === word[0] ? 0 : 0.5) + 0.1 * rarity(known);
    if (best === undefined || cost < best.cost) best = { word: known, apart, cost };
  }
  return best && { word: best.word, certain: best.apart === 1 || word.length >= CERTAIN };
}

interface Spelling {
  readonly word: string;
  /** Of `lettersOf`. */
  readonly letters: number;
}

/** One list for each vocabulary, made at the first unknown word. */
const SPELLINGS = new WeakMap<Vocabulary, readonly Spelling[]>();

/** The words that may be suggested, in the vocabulary's order. */
function spellingsOf(vocabulary: Vocabulary): readonly Spelling[] {
  let spellings = SPELLINGS.get(vocabulary);
  if (spellings === undefined) {
    spellings = Array.from({ length: vocabulary.size }, (_, id) => vocabulary.wordOf(id))
      .filter((word) => /^\p{L}/u.test(word))
      .map((word) => ({ word, letters: lettersOf(word) }));
    SPELLINGS.set(vocabulary, spellings);
  }
  return spellings;
}

/**
 * The set of a word's letters, one of 32 bits for each. An edit changes at most two of them, so most words can be excluded without
 * computing their distance.
 */
function lettersOf(word: string): number {
  let letters = 0;
  for (let at = 0; at < word.length; at++) letters |= 1 << (word.charCodeAt(at) & 31);
  return letters;
}

/** The number of bits that are set. */
function bits(set: number): number {
  let count = 0;
  for (let left = set; left !== 0; left &= left - 1) count++;
  return count;
}

/** Whether two neighbouring characters are exchanged. */
function isExchange(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}

/** By noun the nouns near in meaning, separated by spaces. */
const NEAR: Readonly<Record<string, string>> = near;

/**
 * The nouns that are nearest to a common English noun in meaning, nearest first: synonyms, what it is a kind of or what is a kind of it, and
 * kinds of the same thing. From WordNet's hierarchy; `npm run make:near-nouns` writes the list (infra/near-nouns). Empty for other words.
 */
export function nearNouns(word: string): readonly string[] {
  return Object.hasOwn(NEAR, word) ? (NEAR[word]?.split(' ') ?? []) : [];
}
