import { element } from '../../dom/element.ts';
import { correctedQuery } from '../../words/corrected-query.ts';
import { describeWord, type ParsedWord } from '../words/describe-word.ts';

/**
 * The words in a row with tags below them; a list for those who do not see the arcs, in which each entry describes them. An unknown
 * word has its suggestion below it, which calls `onExample` with the corrected sentence.
 */
export function wordRow(
  query: string,
  words: readonly ParsedWord[],
  onExample: (query: string) => void,
): HTMLElement {
  const entries = words.map((word, index) => {
    const { text, known, suggestion, universalTag, tag } = word;
    const entry = element(
      'li',
      { class: known ? 'entry' : 'entry unknown' },
      element('span', { class: 'word', dir: 'auto' }, text),
      element('span', { class: 'hidden' }, `: ${describeWord(word, words)}`),
      element('span', { class: 'tag', 'aria-hidden': 'true' }, universalTag),
      element('span', { class: 'tag', 'aria-hidden': 'true' }, tag === universalTag ? '' : tag),
    );
    const corrected = correctedQuery(query, words, index);
    if (suggestion !== undefined && corrected !== undefined) {
      const button = element('button', { type: 'button', class: 'example', dir: 'auto' }, `${suggestion}?`);
      button.setAttribute('aria-label', `${suggestion}? Use it instead of ${text}`);
      button.addEventListener('click', () => onExample(corrected));
      entry.append(button);
    }
    return entry;
  });
  return element('ol', { class: 'row', role: 'list', 'aria-label': 'Words of the sentence' }, ...entries);
}
