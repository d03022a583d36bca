import type { ParseResponse } from '../../../clients/search/index.ts';
import { relationName } from './relation-names.ts';
import { tagName } from './tag-names.ts';

export type ParsedWord = ParseResponse['words'][number];

/** Describes a word as the drawing shows it: its part of speech, its place in the parse, and whether the model knows it. */
export function describeWord(
  { universalTag, head, relation, known }: ParsedWord,
  words: readonly ParsedWord[],
): string {
  const place =
    head === 0 ? 'the root of the sentence' : `${relationName(relation)} “${words[head - 1]?.text ?? ''}”`;
  return `${tagName(universalTag)}, ${place}${known ? '' : '; not known to the model'}`;
}

/** Whether scores depend on the drawn parse. */
export function comparedSentence(compared: boolean): string {
  return compared
    ? 'The scores of this search depend on this parse: words that it joins pass on to each other what they found in an image.'
    : 'The scores of this search do not depend on this parse: it shows how the sentence is built, and the model compares the words without it.';
}
