import { type QueryWord, SEARCH_LIMITS } from '../../schema/index.ts';
import { encodeQuery, lookUp, tokenise, wordStyle } from '../tokenise.ts';
import type { Vocabulary } from '../vocabulary.ts';
import { nearestWord, nearNouns } from './nearest-word.ts';
import { findNegation, isMark } from './negation.ts';
import { otherForms, otherNumeral } from './word-forms.ts';

/** A sentence as the encoders read it. */
export interface ReadSentence {
  /** Its L - 2 words as they were written. */
  readonly words: readonly string[];
  /** The L ids of these words, or of those that stand for them, between those of `<start>` and `<end>`. */
  readonly ids: readonly number[];
  /** For recall encoders that read text. */
  readonly text: string;
}

/** What is searched for a query. */
export interface ReadQuery extends ReadSentence {
  /** Every word of the query, and what became of it. */
  readonly written: readonly QueryWord[];
  /** The sentence that is searched, if words were replaced or left out. */
  readonly understood?: string | undefined;
  /** What the query denies, each as it was written and as the encoders read it. */
  readonly without: readonly (ReadSentence & { readonly phrase: string })[];
}

/** A query word by word, as it is written. An unknown word may have a suggestion. */
export function readAsWritten(query: string, vocabulary: Vocabulary): ReadQuery {
  const { words, ids } = encodeQuery(query, vocabulary);
  const written = words.map((word) => {
    const near = word.known ? undefined : nearestWord(word.text, vocabulary);
    return near === undefined ? word : { ...word, suggestion: near.word };
  });
  return { written, words: words.map(({ text }) => text), ids, text: query, without: [] };
}

/** An apostrophe as keyboards and word processors write it, inside a word. */
const APOSTROPHE = /(?<=\p{L})[‘’ʼ´`＇](?=\p{L})/gu;
/** Characters that nobody sees: soft hyphens, joiners, variation selectors, marks of direction. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;
/** `-cat`, as search engines write what is not wanted. */
const MINUS = /(?<=^|\s)[-−](?=\p{L})/gu;

/** Tokenisers take a full stop after a number for a part of it. */
const MARKS_AT_ENDS = /^[\p{P}\p{S}\s]+|[\p{P}\p{S}\s]+$/gu;

/** Quotation marks stress words; images do not show them. */
const QUOTES = /^(?:``|''|["'“”‘’«»„])$/u;
/** What ends the captions of a vocabulary that has it. */
const FULL_STOP = '.';

/**
 * A query as it was meant: characters in their usual form; without marks at its ends, quotation marks, and marks that the model does not
 * know; unknown words replaced by another form, numeral or spelling that it knows, or by a word near in meaning; denied phrases apart. What is left ends as captions do,
 * so that `a dog`, `a dog.` and `a dog!` are the same.
 *
 * @param reads whether the recall encoder knows a word as it is written: such a word is replaced for the network alone.
 */
export function understandQuery(
  query: string,
  vocabulary: Vocabulary,
  reads: (word: string) => boolean = () => false,
): ReadQuery {
  const reader = new Reader(vocabulary, reads);
  const tokens = reader.tokens(query);
  const { positions, phrases } = findNegation(tokens);
  const written = tokens.map((text, position): QueryWord => {
    const word = reader.word(text);
    return positions.has(position) ? { ...word, negated: true } : word;
  });
  const kept = written.filter(({ negated }) => negated !== true);
  const isChanged = written.some(({ as, negated }) => as !== undefined || negated === true);
  return {
    ...reader.sentence(kept),
    written,
    understood: isChanged ? joined(kept.map((word) => reader.named(word))) : undefined,
    without: phrases.map(({ from, to }) => ({
      phrase: joined(tokens.slice(from, to)),
      ...reader.sentence(written.slice(from, to)),
    })),
  };
}

/** A phrase that is denied beside a query, as `understandQuery` reads one that the query denies. Negations in it are words. */
export function understandPhrase(
  phrase: string,
  vocabulary: Vocabulary,
  reads: (word: string) => boolean = () => false,
): ReadSentence {
  const reader = new Reader(vocabulary, reads);
  return reader.sentence(reader.tokens(phrase).map((text) => reader.word(text)));
}

/**
 * A query in the characters that it was meant to have: the usual ones (NFKC: full-width letters, ligatures), without those that nobody
 * sees and without marks at its ends, with plain apostrophes, and `minus cat` for `-cat`.
 */
export function cleanQuery(query: string): string {
  return query
    .replace(UNSEEN, '')
    .replace(APOSTROPHE, "'")
    .normalize('NFKC')
    .replace(UNSEEN, '')
    .replace(MINUS, 'minus ')
    .replace(MARKS_AT_ENDS, '');
}

/** Reads words with what the model knows. */
class Reader {
  readonly #vocabulary: Vocabulary;
  readonly #reads: (word: string) => boolean;

  constructor(vocabulary: Vocabulary, reads: (word: string) => boolean) {
    this.#vocabulary = vocabulary;
    this.#reads = reads;
  }

  /** The words of a query, and the marks between them that the model knows. */
  tokens(query: string): string[] {
    const tokens = tokenise(cleanQuery(query), wordStyle(this.#vocabulary));
    const first = tokens.findIndex((token) => !isMark(token));
    const last = tokens.findLastIndex((token) => !isMark(token));
    return tokens
      .slice(Math.max(0, first), last + 1)
      .filter((token) => !isMark(token) || (this.#knows(token) && !QUOTES.test(token)))
      .flatMap((token) => this.#parts(token));
  }

  word(text: string): QueryWord {
    const id = lookUp(text, this.#vocabulary);
    if (this.#knows(text)) return { text, id, known: true };
    const known = this.#reads(text);
    const replaced = (as: string, by: QueryWord['by']): QueryWord => {
      return { text, id: lookUp(as, this.#vocabulary), known, as, by };
    };
    const form = this.#knownForm(text);
    if (form !== undefined) return replaced(form, 'form');
    const numeral = otherNumeral(text);
    if (numeral !== undefined && this.#knows(numeral)) return replaced(numeral, 'number');
    // A recall encoder that knows the word, or another form of it, finds what it means, and not what is near.
    const read = known ? undefined : otherForms(text).find((one) => this.#reads(one));
    if (read !== undefined) return replaced(read, 'form');
    const noun = known ? undefined : this.#nearInMeaning(text);
    if (noun !== undefined) return replaced(noun, 'meaning');
    const near = known ? undefined : nearestWord(text, this.#vocabulary);
    if (near === undefined) return { text, id, known };
    return near.certain ? replaced(near.word, 'spelling') : { text, id, known, suggestion: near.word };
  }

  sentence(words: readonly QueryWord[]): ReadSentence {
    const ends = this.#knows(FULL_STOP) && words.length > 0 && words.length < SEARCH_LIMITS.queryWords;
    const stop = ends ? [FULL_STOP] : [];
    const ids = [...words.map(({ id }) => id), ...stop.map((mark) => this.#vocabulary.idOf(mark))];
    return {
      words: [...words.map(({ text }) => text), ...stop],
      ids: [this.#vocabulary.idOf('<start>'), ...ids, this.#vocabulary.idOf('<end>')],
      text: joined([...words.map((word) => this.named(word)), ...stop]),
    };
  }

  /** What a word is called in the text that recall encoders and people read. */
  named({ text, as }: QueryWord): string {
    return as === undefined || this.#reads(text) ? text : as;
  }

  #knows(word: string): boolean {
    return lookUp(word, this.#vocabulary) !== this.#vocabulary.unknownId;
  }

  #knownForm(word: string): string | undefined {
    return otherForms(word).find((form) => this.#knows(form));
  }

  /** The first of the nouns near in meaning to a word, or to what it is a form of, that the model knows. */
  #nearInMeaning(word: string): string | undefined {
    return [word, ...otherForms(word)]
      .flatMap(nearNouns)
      .map((near) => (this.#knows(near) ? near : this.#knownForm(near)))
      .find((near) => near !== undefined);
  }

  /** The words that an unknown one was made of (`cat/dog`, `red-haired`), if the model knows one of them. */
  #parts(word: string): string[] {
    const isKnown = (text: string): boolean =>
      this.#knows(text) || this.#reads(text) || this.#knownForm(text) !== undefined;
    const parts = word.split(/[^\p{L}\p{M}\p{N}']+/u).filter((part) => part !== '');
    return isMark(word) || isKnown(word) || !parts.some(isKnown) ? [word] : parts;
  }
}

/** Words as a sentence: marks and endings follow their word without a space. */
function joined(words: readonly string[]): string {
  return words.join(' ').replace(/ (?=[,;:.!?](?: |$)|'\p{L}|n't(?: |$))/gu, '');
}
