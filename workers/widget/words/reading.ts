import type { QueryWord, SearchResults } from '../../clients/search/index.ts';
import type { Say } from '../texts/say.ts';

/** Whether a word was searched for without the model knowing it. */
export function isUnknown({ known, as, negated }: QueryWord): boolean {
  return !known && as === undefined && negated === undefined;
}

/** What was searched instead of the query, in words, and for which words only one near in meaning; undefined if that is the query. */
export function searchedAs({ understood, without, words }: SearchResults, say: Say): string | undefined {
  if (understood === undefined) return undefined;
  const denied = without?.map((phrase) => say(', without “{text}”', { text: phrase })).join('') ?? '';
  const near = words
    .filter(({ by }) => by === 'meaning')
    .map(({ text, as = '' }) => say('“{as}” for “{text}”, which the model does not know', { as, text }));
  return [say('Searched as “{text}”', { text: understood }) + denied, ...near].join('; ');
}
