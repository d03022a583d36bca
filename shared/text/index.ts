export { type EncodedQuery, encodeQuery, tokenise, type WordStyle, wordStyle } from './tokenise.ts';
export { parseVocabulary, type Vocabulary } from './vocabulary.ts';
