import type { SearchProblem, SearchResults } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import type { Examples } from '../words/examples.ts';
import { isUnknown } from '../words/reading.ts';
import { exampleButton } from './example-button.ts';
import { retryButton } from './retry-button.ts';

/** A title, sentences below it, and possible actions. */
export function message(title: string, ...content: readonly (Node | string)[]): HTMLElement {
  const lines = content.map((entry) => (typeof entry === 'string' ? element('p', {}, entry) : entry));
  return element('div', { class: 'message', part: 'message' }, element('h2', {}, title), ...lines);
}

/** The invitation, with sentences to try. */
export function invitation(examples: Examples, onExample: (query: string) => void): HTMLElement {
  return message(
    'Who does what, with what?',
    'Write a whole sentence. Its words, and how they relate, are compared with the parts of each image.',
    ...exampleList(examples, onExample),
  );
}

/** Sentences to try, in groups; nothing if there are none. */
export function exampleList(examples: Examples, onExample: (query: string) => void): Node[] {
  if (examples.length === 0) return [];
  const groups = examples.map((group) =>
    element('li', { class: 'example-group' }, ...group.map((text) => exampleButton(text, onExample))),
  );
  return [element('ul', { class: 'examples', role: 'list', 'aria-label': 'Sentences to try' }, ...groups)];
}

export function emptyQuery(): HTMLElement {
  return message('There is nothing to search for yet', 'Write what happens in the image, then press Enter.');
}

export function nothingFound({ query, words }: SearchResults): HTMLElement {
  return message(
    'No image found',
    `Nothing fits “${query}”.`,
    words.some(isUnknown) ? 'Try words that the model knows.' : 'Try to say it in other words.',
  );
}

export function failed(problem: SearchProblem, onRetry: () => void): HTMLElement {
  const { title, detail, hint, requestId } = problem;
  return message(
    title,
    detail,
    ...(hint ? [element('p', { class: 'hint' }, hint)] : []),
    retryButton(problem, onRetry),
    ...(requestId ? [element('p', { class: 'request' }, `Request ${requestId}`)] : []),
  );
}
