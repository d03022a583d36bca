export {
  type EncodedQuery,
  encodeQuery,
  suggestSpellings,
  tokenise,
  type WordStyle,
} from './tokenise.ts';
export { parseVocabulary, type Vocabulary } from './vocabulary.ts';
