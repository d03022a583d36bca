import type { SearchProblem, SearchResults } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import type { Say } from '../texts/say.ts';
import type { Text } from '../texts/text.ts';
import type { Examples } from '../words/examples.ts';
import { exampleButton } from './example-button.ts';
import { retryButton } from './retry-button.ts';

/** A title, sentences below it, and possible actions. */
export function message(title: string, ...content: readonly (Node | string)[]): HTMLElement {
  const lines = content.map((entry) => (typeof entry === 'string' ? element('p', {}, entry) : entry));
  return element('div', { class: 'message', part: 'message' }, element('h2', {}, title), ...lines);
}

/** The invitation, with sentences to try. */
export function invitation(say: Say, examples: Examples, onExample: (query: string) => void): HTMLElement {
  return message(
    say('Who does what, with what?'),
    say('Write a whole sentence. Its words, and how they relate, are compared with the parts of each image.'),
    ...exampleList(say, examples, onExample),
  );
}

/** Sentences to try, in groups; nothing if there are none. */
export function exampleList(say: Say, examples: Examples, onExample: (query: string) => void): Node[] {
  if (examples.length === 0) return [];
  const groups = examples.map((group) =>
    element('li', { class: 'example-group' }, ...group.map((text) => exampleButton(text, onExample))),
  );
  return [
    element('ul', { class: 'examples', role: 'list', 'aria-label': say('Sentences to try') }, ...groups),
  ];
}

export function emptyQuery(say: Say): HTMLElement {
  return message(
    say('There is nothing to search for yet'),
    say('Write what happens in the image, then press Enter.'),
  );
}

export function nothingFound(say: Say, { query }: SearchResults): HTMLElement {
  return message(say('No image found for “{query}”.', { query }));
}

export function failed(say: Say, problem: SearchProblem, onRetry: () => void): HTMLElement {
  const { title, detail, hint, requestId } = problem;
  return message(
    say(title as Text),
    say(detail as Text),
    ...(hint ? [element('p', { class: 'hint' }, say(hint as Text))] : []),
    retryButton(say, problem, onRetry),
    ...(requestId ? [element('p', { class: 'request' }, say('Request {id}', { id: requestId }))] : []),
  );
}
