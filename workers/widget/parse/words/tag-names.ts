/** The parts of speech of Universal Dependencies (universaldependencies.org/u/pos). */
const TAGS: Readonly<Record<string, string>> = {
  ADJ: 'adjective',
  ADP: 'preposition',
  ADV: 'adverb',
  AUX: 'helping verb',
  CCONJ: 'joining word',
  DET: 'article or pointer',
  INTJ: 'interjection',
  NOUN: 'noun',
  NUM: 'number',
  PART: 'particle',
  PRON: 'pronoun',
  PROPN: 'name',
  PUNCT: 'punctuation',
  SCONJ: 'word that opens a clause',
  SYM: 'sign',
  VERB: 'verb',
  X: 'other word',
};

/** A part of speech in words; an unknown one unchanged. */
export function tagName(universalTag: string): string {
  return TAGS[universalTag] ?? universalTag;
}
