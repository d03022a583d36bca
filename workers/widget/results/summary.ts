import type { SearchResults, SearchState } from '../../clients/search/index.ts';
import { withQuery } from '../address/page-address.ts';
import { element } from '../dom/element.ts';
import { unknownWords } from './unknown-words.ts';

export interface SummaryParts {
  /** Searches for another sentence. */
  readonly onExample: (query: string) => void;
  /** The page that draws a sentence's parse, if there is one. */
  readonly explain: URL | undefined;
}

function countImages(count: number): string {
  return count === 1 ? '1 image' : `${count} images`;
}

/** Above the grid: the number of images, the words that were ignored in the search, and a link to the parse of the others. */
export function summary(
  { query, hits, more, words }: SearchResults,
  { onExample, explain }: SummaryParts,
): Node[] {
  const count = countImages(hits.length);
  return [
    ...(hits.length > 0 ? [element('p', {}, more === 'end' ? count : `The first ${count}`)] : []),
    ...unknownWords(query, words, onExample),
    ...(explain === undefined
      ? []
      : [element('a', { class: 'example', href: withQuery(explain, query) }, 'How these words relate')]),
  ];
}

/** Above the grid if the answer is degraded. */
export function notice({ degraded, stage }: SearchResults): Node[] {
  if (degraded === undefined) return [];
  return [
    element(
      'p',
      { class: 'notice', part: 'notice' },
      element('strong', {}, stage === 'recall' ? 'Coarse order. ' : 'Without regions. '),
      degraded.message,
    ),
  ];
}

/** The announcement of a state for screen readers; undefined keeps the last one. */
export function spoken(state: SearchState): string | undefined {
  switch (state.status) {
    case 'idle':
      return '';
    case 'blank':
      return 'There is nothing to search for yet.';
    case 'searching':
      return undefined;
    case 'empty':
    case 'results': {
      const { query, hits, more, degraded } = state.results;
      if (more === 'loading') return undefined;
      if (typeof more === 'object') return `${more.title}. ${more.detail}`;
      if (hits.length === 0) return `No image found for “${query}”.`;
      return `${countImages(hits.length)} for “${query}”.${degraded ? ` ${degraded.message}` : ''}`;
    }
    default:
      return `${state.problem.title}. ${state.problem.detail}`;
  }
}
