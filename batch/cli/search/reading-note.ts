import type { IndexAnswer } from '../../search/search-index.ts';

/** Lines about what was searched if that is not the query, which words were replaced by others near in meaning, and the words that the model does not know; empty if there is nothing to say. */
export function readingNote({
  words,
  understood,
  without = [],
}: Pick<IndexAnswer, 'words' | 'understood' | 'without'>): string {
  const denied = without.map((phrase) => `, without "${phrase}"`).join('');
  const read = understood === undefined ? '' : `searched as "${understood}"${denied}\n`;
  const unknown = words
    .filter(({ known, as, negated }) => !known && as === undefined && negated === undefined)
    .map(({ text, suggestion }) =>
      suggestion === undefined ? text : `${text} (did you mean ${suggestion}?)`,
    );
  const near = words
    .filter(({ by }) => by === 'meaning')
    .map(({ text, as }) => `${text}: searched as ${as}, which is near in meaning\n`);
  return (
    read +
    near.join('') +
    (unknown.length > 0 ? `words that the model does not know: ${unknown.join(', ')}\n` : '')
  );
}
