export { type EncodedQuery, encodeQuery } from './tokenise.ts';
export { parseVocabulary, type Vocabulary } from './vocabulary.ts';
