import { splitSentences } from './sentences.ts';

/**
 * The word rules of NLTK's `word_tokenize` (Penn Treebank conventions as extended by NLTK), which made the published
 * vocabularies and caption files. Each rule puts spaces around what it separates, in this order; the words are what is
 * between spaces. JavaScript's `\w`, `\b` and `\d` know only ASCII and Python's know Unicode, so these are written out.
 */
type Rule = readonly [pattern: RegExp, replacement: string];

const WORD = '[\\p{L}\\p{M}\\p{N}_]';
/** `\b` after and before the characters of a word. */
const WORD_END = `(?!${WORD})`;
const WORD_START = `(?<!${WORD})`;

const OPENING_QUOTES: readonly Rule[] = [
  [/[«“‘„]|`+/gu, ' $& '],
  [/^"/gu, '``'],
  [/``/gu, ' `` '],
  [/([ ([{<])(?:"|'')/gu, '$1 `` '],
  // A quote before a single letter, unless it begins an ending such as 's or 'll.
  [new RegExp(`'(?!re|ve|ll|m|t|s|d|n)(${WORD})${WORD_END}`, 'giu'), "' $1"],
];

const PUNCTUATION: readonly Rule[] = [
  // Only the period that ends the sentence is a word of its own; quotes and brackets may follow it.
  [/([^.])\.([\])}>"'»”’ ]*)\s*$/gu, '$1 . $2 '],
  // A colon or comma inside a number stays.
  [/([:,])(\P{Nd})/gu, ' $1 $2'],
  [/[:,]$/gu, ' $& '],
  [/\.{2,}/gu, ' $& '],
  [/[;@#$%&]/gu, ' $& '],
  [/([^.])\.([\])}>"']*)\s*$/gu, '$1 .$2 '],
  [/[?!]/gu, ' $& '],
  [/([^'])' /gu, "$1 ' "],
  [/\*/gu, ' * '],
  [/[\][(){}<>]/gu, ' $& '],
  [/--/gu, ' -- '],
];

/** They need a space after the last word. */
const CLOSING_QUOTES: readonly Rule[] = [
  [/[»”’]/gu, ' $& '],
  [/''/gu, " '' "],
  [/"/gu, " '' "],
  [/\s+/gu, ' '],
  [/([^' ])('[smd]|') /giu, '$1 $2 '],
  [/([^' ])('ll|'re|'ve|n't) /giu, '$1 $2 '],
];

const CONTRACTIONS: readonly Rule[] = [
  ...[
    ['can', 'not'],
    ['d', "'ye"],
    ['gim', 'me'],
    ['gon', 'na'],
    ['got', 'ta'],
    ['lem', 'me'],
    ['more', "'n"],
  ].map(
    ([first, second]): Rule => [
      new RegExp(`${WORD_START}(${first})(${second})${WORD_END}`, 'giu'),
      ' $1 $2 ',
    ],
  ),
  [new RegExp(`${WORD_START}(wan)(na)(?=\\s)`, 'giu'), ' $1 $2 '],
  [new RegExp(` ('t)(is|was)${WORD_END}`, 'giu'), ' $1 $2 '],
];

function apply(text: string, rules: readonly Rule[]): string {
  return rules.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

function sentenceWords(sentence: string): string[] {
  const separated = apply(apply(sentence, OPENING_QUOTES), PUNCTUATION);
  const words = apply(apply(` ${separated} `, CLOSING_QUOTES), CONTRACTIONS);
  return words.split(/\s+/u).filter((word) => word !== '');
}

/** The words of a text by NLTK's rules, in lower case, sentence by sentence. */
export function treebankWords(text: string): string[] {
  return splitSentences(text.toLowerCase().replace(/\s+/gu, ' ')).flatMap(sentenceWords);
}
