import type { QueryWord } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import { correctedQuery } from '../words/corrected-query.ts';
import { isUnknown } from '../words/reading.ts';
import { exampleButton } from './example-button.ts';

/** The words that the model does not know, and the sentence that may have been meant; nothing if it knows all. */
export function unknownWords(
  query: string,
  words: readonly QueryWord[],
  onExample: (query: string) => void,
): Node[] {
  const unknown = words.filter(isUnknown).map(({ text }) => text);
  if (unknown.length === 0) return [];
  const corrected = correctedQuery(query, words);
  return [
    element('p', {}, `Not known to the model: ${unknown.join(', ')}`),
    ...(corrected === undefined
      ? []
      : [element('p', { class: 'meant' }, 'Did you mean: ', exampleButton(corrected, onExample))]),
  ];
}
