import type { SearchProblem, SearchResults, SearchState } from '../../clients/search/index.ts';
import { withQuery } from '../address/page-address.ts';
import { element } from '../dom/element.ts';
import type { Say } from '../texts/say.ts';
import type { Text } from '../texts/text.ts';
import { searchedAs } from '../words/reading.ts';
import { unknownWords } from './unknown-words.ts';

export interface SummaryParts {
  /** Searches for another sentence. */
  readonly onExample: (query: string) => void;
  /** The page that draws a sentence's parse, if there is one. */
  readonly explain: URL | undefined;
}

function countImages(say: Say, hits: SearchResults['hits']): string {
  const alike = hits.reduce((sum, hit) => sum + (hit.alike?.count ?? 0), 0);
  const images = say('1 image|{n} images', { n: hits.length });
  return alike === 0 ? images : say('{images} and {n} alike', { images, n: alike });
}

/** Above the grid: the number of images, what was searched, the words that the model does not know, and a link to the parse. */
export function summary(say: Say, results: SearchResults, { onExample, explain }: SummaryParts): Node[] {
  const { query, understood, hits, more, words } = results;
  const count = countImages(say, hits);
  const read = searchedAs(results, say);
  return [
    ...(hits.length > 0
      ? [element('p', {}, more === 'end' ? count : say('The first {images}', { images: count }))]
      : []),
    ...(read === undefined ? [] : [element('p', {}, read)]),
    ...unknownWords(say, query, words, onExample),
    ...(explain === undefined
      ? []
      : [
          element(
            'a',
            { class: 'example', href: withQuery(explain, understood ?? query) },
            say('How these words relate'),
          ),
        ]),
  ];
}

/** What a match means, in words; undefined if the images fit. */
function doubt(say: Say, { match, query, hits }: SearchResults): string | undefined {
  if (hits.length === 0) return undefined;
  if (match === 'none')
    return say('Nothing here seems to fit “{query}”. These are the nearest images.', { query });
  return match === 'weak'
    ? say('Perhaps nothing here fits “{query}”. These are the nearest images.', { query })
    : undefined;
}

/** Above the grid if nothing may fit, or if the answer is degraded. */
export function notice(say: Say, results: SearchResults): Node[] {
  const { degraded, stage } = results;
  const doubted = doubt(say, results);
  const lines = doubted === undefined ? [] : [element('p', { class: 'notice', part: 'notice' }, doubted)];
  if (degraded === undefined) return lines;
  return [
    ...lines,
    element(
      'p',
      { class: 'notice', part: 'notice' },
      element('strong', {}, `${say(stage === 'recall' ? 'Coarse order.' : 'Without regions.')} `),
      say(degraded.message as Text),
    ),
  ];
}

function trouble(say: Say, { title, detail }: SearchProblem): string {
  return `${say(title as Text)}. ${say(detail as Text)}`;
}

/** The announcement of a state for screen readers; undefined keeps the last one. */
export function spoken(say: Say, state: SearchState): string | undefined {
  switch (state.status) {
    case 'idle':
      return '';
    case 'blank':
      return say('There is nothing to search for yet');
    case 'searching':
      return undefined;
    case 'empty':
    case 'results': {
      const { query, hits, more, degraded, provisional, like } = state.results;
      // One announcement, when the order is final.
      if (provisional || more === 'loading') return undefined;
      if (typeof more === 'object') return trouble(say, more);
      if (hits.length === 0) return say('No image found for “{query}”.', { query });
      const read = searchedAs(state.results, say);
      return [
        doubt(say, state.results),
        say(like === undefined ? '{images} for “{query}”.' : '{images} like the chosen one.', {
          images: countImages(say, hits),
          query,
        }),
        read && `${read}.`,
        degraded && say(degraded.message as Text),
      ]
        .filter(Boolean)
        .join(' ');
    }
    default:
      return trouble(say, state.problem);
  }
}
