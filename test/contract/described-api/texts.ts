import fc from 'fast-check';

/** Words of the small model, and others that it reads by their form, spelling or meaning, or does not know. */
const WORDS = [
  'a',
  'dog',
  'cat',
  'runs',
  'on',
  'grass',
  'dogs',
  'gras',
  'two',
  'zebra',
  'xylofon',
  'without',
  'no',
  '.',
];

/** Characters that break programs: control characters, other directions, joined and combining ones, other planes. */
const HOSTILE = [
  '\0',
  '\t',
  '\n',
  '\r',
  '\u001b',
  '\u007f',
  '\u0085',
  '\u00a0',
  '\u00ad',
  '\u200b',
  '\u200d',
  '\u2028',
  '\u202e',
  '\u2066',
  '\u0300',
  '\ufeff',
  '\ufffd',
  '\uffff',
  'ß',
  'İ',
  'ﬁ',
  '٣',
  'שלום',
  'مرحبا',
  '犬',
  '👩‍👩‍👧‍👦',
  '🏳️‍🌈',
  '𝒟',
  '\u{e0001}',
  '\u{10ffff}',
  '"',
  "'",
  '\\',
  '/',
  '%',
  '&',
  '<',
  '>',
  '`',
  '${',
  '{',
  '}',
  '[',
  '(',
  ')',
  ':',
  '*',
  '--',
  ';',
  '#',
  '?',
  '=',
  '+',
  ',',
  '|',
  '..',
  'NaN',
  'null',
  'undefined',
  '__proto__',
  'constructor',
  '-0',
  '1e999',
  '0x10',
  '999999999999999999999',
];

const word = fc.oneof({ arbitrary: fc.constantFrom(...WORDS), weight: 4 }, fc.constantFrom(...HOSTILE));

/** A sentence that a search takes: one character at least besides white space, few enough words. */
export const sentence: fc.Arbitrary<string> = fc
  .array(word, { minLength: 1, maxLength: 8 })
  .map((words) => words.join(' ').trim())
  .filter((text) => text !== '');

/** Any text without halves of characters. */
export const text: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: fc.array(word, { maxLength: 12 }).map((words) => words.join('')), weight: 3 },
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }).map((given) => given.toWellFormed()),
);

/** Texts of a given length: of characters of one to four bytes, or of many words. */
export const longText = (length: number): fc.Arbitrary<string> =>
  fc
    .constantFrom('a', 'é', '犬', '🐕', 'a ', ' .')
    .map((unit) => Array.from(unit.repeat(length)).slice(0, length).join(''));

/** Characters as JSON Schema counts them: 🐕 is one. */
export const lengthOf = (given: string): number => Array.from(given).length;

/** Half of a character, alone and within text. */
export const half: fc.Arbitrary<string> = fc.constantFrom('\ud800', '\udc00', 'a \ud83d dog', 'dog\udfff');
