export {
  type EncodedQuery,
  encodeQuery,
  tokenise,
  type WordStyle,
} from './tokenise.ts';
export { isFunctionWord } from './understanding/function-words.ts';
export { nearNouns } from './understanding/nearest-word.ts';
export {
  cleanQuery,
  type ReadQuery,
  readAsWritten,
  understandPhrase,
  understandQuery,
} from './understanding/understand-query.ts';
export { baseForm, otherNumeral } from './understanding/word-forms.ts';
export { parseVocabulary, type Vocabulary } from './vocabulary.ts';
