import type { SearchHit } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import { card } from './card.ts';
import { neighbour } from './grid-keys.ts';

export interface GridEvents {
  readonly onOpen: (index: number) => void;
  /** The up arrow in the first row. */
  readonly onLeaveUp: () => void;
}

/** The images in rows of one height, in the order of their rank. */
export class Grid {
  readonly element: HTMLUListElement;
  readonly #events: GridEvents;
  #hits: readonly SearchHit[] = [];

  constructor(events: GridEvents) {
    this.#events = events;
    // Safari does not treat a list without bullets as one, unless the role is explicit.
    this.element = element('ul', {
      class: 'grid',
      part: 'grid',
      role: 'list',
      'aria-label': 'Images found',
    });
    this.element.addEventListener('keydown', (event) => this.#key(event));
  }

  /** Shows the hits; existing cards are not changed if hits were only added. */
  show(hits: readonly SearchHit[], endpoint: URL): void {
    const added = this.#hits.every((hit, index) => hit === hits[index]);
    const from = added ? this.#hits.length : 0;
    const cards = hits
      .slice(from)
      .map((hit, index) => card(hit, from + index + 1, endpoint, () => this.#events.onOpen(from + index)));
    if (added) this.element.append(...cards);
    else this.element.replaceChildren(...cards);
    this.#hits = hits;
  }

  /** Returns whether such a card exists. */
  focus(index: number): boolean {
    const target = this.#buttons()[index];
    target?.focus();
    target?.scrollIntoView({ block: 'nearest' });
    return target !== undefined;
  }

  #buttons(): HTMLButtonElement[] {
    return [...this.element.querySelectorAll('button')];
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const buttons = this.#buttons();
    const from = buttons.indexOf(event.target as HTMLButtonElement);
    if (from < 0) return;
    const to = neighbour(
      event.key,
      from,
      buttons.map((button) => button.getBoundingClientRect()),
    );
    if (to === undefined) return;
    event.preventDefault();
    if (to === 'up') this.#events.onLeaveUp();
    else this.focus(to);
  }
}
