import type { QueryWord } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import type { Say } from '../texts/say.ts';
import { correctedQuery } from '../words/corrected-query.ts';
import { isUnknown } from '../words/reading.ts';
import { exampleButton } from './example-button.ts';

/** The words that the model does not know, and the sentence that may have been meant; nothing if it knows all. */
export function unknownWords(
  say: Say,
  query: string,
  words: readonly QueryWord[],
  onExample: (query: string) => void,
): Node[] {
  const unknown = words.filter(isUnknown).map(({ text }) => text);
  if (unknown.length === 0) return [];
  const corrected = correctedQuery(query, words);
  return [
    element('p', {}, say('Not known to the model: {words}', { words: unknown.join(', ') })),
    ...(corrected === undefined
      ? []
      : [element('p', { class: 'meant' }, `${say('Did you mean:')} `, exampleButton(corrected, onExample))]),
  ];
}
