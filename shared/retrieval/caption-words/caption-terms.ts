import { baseForm, isFunctionWord, otherNumeral, tokenise } from '../../text/index.ts';

/**
 * The terms of a text, in its order: its words in lower case without function words and marks, each in its base form, numbers up to 20 in
 * letters. Captions and queries have the same ones, so `two dogs` finds `2 dog`.
 */
export function captionTerms(text: string): string[] {
  return tokenise(text.normalize('NFKC'), 'plain')
    .filter((word) => /^[\p{L}\p{N}]/u.test(word) && !isFunctionWord(word))
    .map(termOf);
}

function termOf(word: string): string {
  return (/^\d/u.test(word) ? otherNumeral(word) : undefined) ?? baseForm(word);
}

/** The index of a term in sparse vectors: FNV-1a of its UTF-16 units, 32 bits. */
export function termIndex(term: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < term.length; at++) {
    const unit = term.charCodeAt(at);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >> 8), 0x01000193);
  }
  return hash >>> 0;
}
