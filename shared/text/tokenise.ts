import type { QueryWord } from '../schema/index.ts';
import { treebankWords } from './treebank.ts';
import type { Vocabulary } from './vocabulary.ts';

/**
 * How the captions of a vocabulary were split into words:
 * - `treebank`: NLTK's `word_tokenize`, as in the published vocabularies and the `gsmn vocabulary` command;
 * - `plain`: runs of letters and digits, endings such as `'s`, and the marks `. , ! ? ;`; whatever else is dropped,
 *   hyphens too (`t-shirt` is two words).
 */
export type WordStyle = 'treebank' | 'plain';

const PLAIN = /[\p{L}\p{M}\p{N}_]+|'[\p{L}\p{N}]*'?|[.,!?;]/gu;

/** The tokens of a text in lower case. */
export function tokenise(text: string, style: WordStyle = 'treebank'): string[] {
  return style === 'treebank'
    ? treebankWords(text)
    : [...text.toLowerCase().matchAll(PLAIN)].map(([word]) => word);
}

const styles = new WeakMap<Vocabulary, WordStyle>();

/**
 * The style that a vocabulary was made with, which its file does not say. Treebank rules produce words that the plain
 * rules cannot (opening quotes, `n't`, words with a hyphen inside).
 */
export function wordStyle(vocabulary: Vocabulary): WordStyle {
  const known = styles.get(vocabulary);
  if (known !== undefined) return known;
  let style: WordStyle = 'plain';
  for (let id = 0; id < vocabulary.size && style === 'plain'; id++) {
    if (/^``$|^n't$|\p{L}-\p{L}/u.test(vocabulary.wordOf(id) ?? '')) style = 'treebank';
  }
  styles.set(vocabulary, style);
  return style;
}

export interface EncodedQuery {
  /** The query's words, without `<start>` and `<end>`. */
  readonly words: QueryWord[];
  /** The input of the text encoder: the word ids between those of `<start>` and `<end>`. */
  readonly ids: number[];
}

/**
 * The published captions have a space on both sides of every quote, so NLTK took all of them for opening ones, and the vocabularies
 * know no others.
 */
export function lookUp(word: string, vocabulary: Vocabulary): number {
  const id = vocabulary.idOf(word);
  return id === vocabulary.unknownId && word === "''" ? vocabulary.idOf('``') : id;
}

/** Splits a query into words of the vocabulary and looks them up; an unknown word gets the id of `<unk>`. */
export function encodeQuery(text: string, vocabulary: Vocabulary): EncodedQuery {
  const words = tokenise(text, wordStyle(vocabulary)).map((word): QueryWord => {
    const id = lookUp(word, vocabulary);
    return { text: word, id, known: id !== vocabulary.unknownId };
  });
  return {
    words,
    ids: [vocabulary.idOf('<start>'), ...words.map((word) => word.id), vocabulary.idOf('<end>')],
  };
}
