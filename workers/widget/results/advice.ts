import type { SearchResults } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import { adoptStyle } from '../parts/part.ts';
import css from '../styles/advice.css';
import { sheet } from '../styles/sheet.ts';
import type { Say } from '../texts/say.ts';
import type { Examples } from '../words/examples.ts';
import { knownWords } from '../words/known-words.ts';
import { exampleButton } from './example-button.ts';
import { exampleList } from './messages.ts';

const STYLE = sheet(css);

export interface AdviceParts {
  readonly examples: Examples;
  /** Searches for another sentence. */
  readonly onExample: (query: string) => void;
  /** Searches without the values that a person chose to filter by; undefined if there are none. */
  readonly onUnfilter: (() => void) | undefined;
}

/** Adds, of an answer that may not fit, or that is empty, how the sentence was read, and what to try instead. */
export function advise(
  place: HTMLElement,
  say: Say,
  { query, understood, words, filtered, hits }: SearchResults,
  { examples, onExample, onUnfilter }: AdviceParts,
): void {
  const known = knownWords(query, words);
  const lines: (Node | string)[][] = [];
  // Otherwise it stands above the images.
  if (understood === undefined) lines.push([say('Searched as “{text}”', { text: query })]);
  if (filtered !== undefined)
    lines.push([say('1 image passes the filter.|{n} images pass the filter.', { n: filtered.images })]);
  if (onUnfilter !== undefined) {
    const button = element('button', { type: 'button', class: 'example' }, say('Search without the filter'));
    button.addEventListener('click', onUnfilter);
    lines.push([button]);
  }
  if (known !== undefined)
    lines.push([`${say('With the words that the model knows:')} `, exampleButton(known, onExample)]);
  lines.push([say('Try fewer words, or others: who does what, with what, and where.')]);
  adoptStyle(place, STYLE);
  place.append(
    ...lines.map((line) => element('p', {}, ...line)),
    // Beside images, they would only be in the way.
    ...(hits.length === 0 ? exampleList(say, examples, onExample) : []),
  );
}
