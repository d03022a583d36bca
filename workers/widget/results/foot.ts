import type { SearchResults } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import type { Say } from '../texts/say.ts';
import type { Text } from '../texts/text.ts';

/** Below the grid: a button for more images, or a text that there are no more. */
export class Foot {
  readonly element = element('div', { class: 'foot' });
  readonly #button = element('button', { type: 'button', class: 'button', part: 'more' });
  readonly #text = element('p');
  readonly #say: Say;

  constructor(say: Say, onMore: () => void) {
    this.#say = say;
    this.#button.addEventListener('click', () => {
      if (this.#button.getAttribute('aria-disabled') !== 'true') onMore();
    });
  }

  show({ more }: SearchResults): void {
    const say = this.#say;
    if (more === 'end') {
      this.#text.textContent = say('These are all images.');
      this.#place(this.#text);
      return;
    }
    const problem = typeof more === 'object' ? more : undefined;
    this.#button.textContent = say(
      more === 'loading' ? 'Fetching more …' : problem ? 'Try again' : 'More images',
    );
    this.#button.setAttribute('aria-disabled', String(more === 'loading'));
    this.#text.textContent = problem
      ? `${say(problem.title as Text)}. ${say(problem.detail as Text)} ${say((problem.hint ?? '') as Text)}`
      : '';
    this.#place(...(problem ? [this.#text, this.#button] : [this.#button]));
  }

  /** Does not move elements that are already in place, so that the button keeps the focus. */
  #place(...nodes: readonly HTMLElement[]): void {
    const present = [...this.element.children];
    if (present.length === nodes.length && nodes.every((node, index) => node === present[index])) return;
    const focused = nodes.find((node) => node.matches(':focus'));
    this.element.replaceChildren(...nodes);
    focused?.focus();
  }
}
