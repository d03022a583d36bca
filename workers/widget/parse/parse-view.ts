import type { ParseResponse, SearchProblem } from '../../clients/search/index.ts';
import { withQuery } from '../address/page-address.ts';
import { element } from '../dom/element.ts';
import { exampleList, failed, message } from '../results/messages.ts';
import { unknownWords } from '../results/unknown-words.ts';
import { speak } from '../texts/say.ts';
import type { Examples } from '../words/examples.ts';
import { Drawing } from './drawing/drawing.ts';
import { comparedSentence, type ParsedWord } from './words/describe-word.ts';
import { relationName } from './words/relation-names.ts';

/** What this view shares with the search. */
const say = speak('en', {});

export interface ParseViewEvents {
  readonly onExample: (query: string) => void;
  readonly onRetry: () => void;
}

/** Everything below the line to write in. */
export class ParseView {
  readonly element = element('div', { class: 'results', part: 'results' });
  readonly #events: ParseViewEvents;
  readonly #live = element('p', { class: 'hidden', role: 'status' });
  readonly #body = element('div');

  constructor(events: ParseViewEvents) {
    this.#events = events;
    this.element.append(this.#live, this.#body);
  }

  /** Invites to write a sentence. */
  start(examples: Examples): void {
    this.#show(
      '',
      message(
        'Which word belongs to which?',
        'Write a sentence to see how its words depend on each other. One word is the root.',
        ...exampleList(say, examples, this.#events.onExample),
      ),
    );
  }

  empty(): void {
    this.#show(
      'There is no sentence yet.',
      message('There is no sentence yet', 'Write what happens in an image, then press Enter.'),
    );
  }

  loading(): void {
    this.element.setAttribute('aria-busy', 'true');
  }

  failed(problem: SearchProblem): void {
    this.#show(`${problem.title}. ${problem.detail}`, failed(say, problem, this.#events.onRetry));
  }

  /** `search` is the search page, if there is one. */
  parse(query: string, { words, compared }: ParseResponse, search: URL | undefined): void {
    const { onExample } = this.#events;
    const drawing = new Drawing(query, words, onExample);
    const held = this.#body.matches(':focus-within');
    this.#show(
      `Parse of ${words.length === 1 ? '1 word' : `${words.length} words`} for “${query}”.`,
      element(
        'div',
        { class: 'summary' },
        ...unknownWords(say, query, words, onExample),
        ...(search === undefined
          ? []
          : [element('a', { class: 'example', href: withQuery(search, query) }, 'Search for this sentence')]),
      ),
      drawing.element,
      element('p', { class: 'notice', part: 'notice' }, comparedSentence(compared)),
      legend(words),
    );
    drawing.place();
    // The pressed button is removed; keyboard users keep their position here.
    if (held) drawing.element.focus({ preventScroll: true });
  }

  #show(spoken: string, ...content: readonly Node[]): void {
    this.element.setAttribute('aria-busy', 'false');
    this.#live.textContent = spoken;
    this.#body.replaceChildren(...content);
  }
}

/** The meaning of the labels on the arcs that are shown. */
function legend(words: readonly ParsedWord[]): HTMLElement {
  const relations = [...new Set(words.filter(({ head }) => head !== 0).map(({ relation }) => relation))];
  const entries = relations
    .sort()
    .map((relation) =>
      element('div', {}, element('dt', {}, relation), element('dd', {}, `${relationName(relation)} …`)),
    );
  return element(
    'details',
    { class: 'legend', hidden: relations.length === 0 },
    element('summary', {}, 'What the labels mean'),
    element(
      'p',
      {},
      'An arc leads from a word to one that depends on it. The label says what the latter is to the former.',
    ),
    element('dl', {}, ...entries),
  );
}
