/**
 * Words whose period does not end a sentence. NLTK's sentence splitter has learned such a list; these are the ones that
 * occur in captions.
 */
const ABBREVIATIONS: ReadonlySet<string> = new Set(
  [
    'mr mrs ms dr prof st sr jr gen col sgt capt lt rev hon gov sen rep ave blvd rd mt ft',
    'u.s u.k u.s.a a.m p.m e.g i.e d.c l.a n.y vs inc co corp ltd bros etc al no vol jan feb mar apr aug sept oct nov dec',
  ].flatMap((line) => line.split(' ')),
);

/**
 * The end of a sentence, with closing quotes and brackets, if a space and another word follow. A run of punctuation is
 * tried from its first mark only, so that a text of nothing but punctuation takes no longer than others.
 */
const END = /(?<![.?!])([.?!]+)["'”’)\]}]*\s+(?=\S)/gu;

/**
 * Splits a text into sentences, because only the period at the end of a sentence is a word of its own. The text is
 * already in lower case, so capital letters cannot help: a period ends the sentence unless its word is a known
 * abbreviation or a single letter.
 */
export function splitSentences(text: string): string[] {
  const sentences: string[] = [];
  let start = 0;
  for (const match of text.matchAll(END)) {
    const [whole, marks = ''] = match;
    if (marks === '.' && isAbbreviation(wordBefore(text, match.index))) continue;
    const end = match.index + whole.length;
    sentences.push(text.slice(start, end).trimEnd());
    start = end;
  }
  const rest = text.slice(start).trim();
  return rest === '' ? sentences : [...sentences, rest];
}

/** The characters between the last space and `end`. */
function wordBefore(text: string, end: number): string {
  let start = end;
  while (start > 0 && /\S/u.test(text.charAt(start - 1))) start--;
  return text.slice(start, end);
}

function isAbbreviation(word: string): boolean {
  return ABBREVIATIONS.has(word) || /^(\p{L}\.)*\p{L}$/u.test(word);
}
