import type { SearchResults, SearchState } from '../../clients/search/index.ts';
import { withQuery } from '../address/page-address.ts';
import { element } from '../dom/element.ts';
import { searchedAs } from '../words/reading.ts';
import { unknownWords } from './unknown-words.ts';

export interface SummaryParts {
  /** Searches for another sentence. */
  readonly onExample: (query: string) => void;
  /** The page that draws a sentence's parse, if there is one. */
  readonly explain: URL | undefined;
}

function countImages(hits: SearchResults['hits']): string {
  const alike = hits.reduce((sum, hit) => sum + (hit.alike?.count ?? 0), 0);
  const images = hits.length === 1 ? '1 image' : `${hits.length} images`;
  return alike === 0 ? images : `${images} and ${alike} alike`;
}

/** Above the grid: the number of images, what was searched, the words that the model does not know, and a link to the parse. */
export function summary(results: SearchResults, { onExample, explain }: SummaryParts): Node[] {
  const { query, understood, hits, more, words } = results;
  const count = countImages(hits);
  const read = searchedAs(results);
  return [
    ...(hits.length > 0 ? [element('p', {}, more === 'end' ? count : `The first ${count}`)] : []),
    ...(read === undefined ? [] : [element('p', {}, read)]),
    ...unknownWords(query, words, onExample),
    ...(explain === undefined
      ? []
      : [
          element(
            'a',
            { class: 'example', href: withQuery(explain, understood ?? query) },
            'How these words relate',
          ),
        ]),
  ];
}

/** What a match means, in words; undefined if the images fit. */
function doubt({ match, query, hits }: SearchResults): string | undefined {
  if (hits.length === 0) return undefined;
  if (match === 'none') return `Nothing here seems to fit “${query}”. These are the nearest images.`;
  return match === 'weak' ? `Perhaps nothing here fits “${query}”. These are the nearest images.` : undefined;
}

/** Above the grid if nothing may fit, or if the answer is degraded. */
export function notice(results: SearchResults): Node[] {
  const { degraded, stage } = results;
  const doubted = doubt(results);
  const lines = doubted === undefined ? [] : [element('p', { class: 'notice', part: 'notice' }, doubted)];
  if (degraded === undefined) return lines;
  return [
    ...lines,
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
      const read = searchedAs(state.results);
      return [
        doubt(state.results),
        `${countImages(hits)} for “${query}”.`,
        read && `${read}.`,
        degraded?.message,
      ]
        .filter(Boolean)
        .join(' ');
    }
    default:
      return `${state.problem.title}. ${state.problem.detail}`;
  }
}
