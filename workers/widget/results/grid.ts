import type { SearchHit } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import type { Say } from '../texts/say.ts';
import { card } from './card.ts';
import { mirrored, neighbour } from './grid-keys.ts';

export interface GridEvents {
  /** A card was chosen: its hits are those beside it, and `position` counts the cards of the grid from 1. */
  readonly onOpen: (hits: readonly SearchHit[], index: number, position: number) => void;
  /** The up arrow in the first row. */
  readonly onLeaveUp: () => void;
}

/** The images in rows of one height, in the order of their rank. */
export class Grid {
  readonly element: HTMLUListElement;
  readonly #say: Say;
  readonly #events: GridEvents;
  #hits: readonly SearchHit[] = [];
  readonly #buttonOf = new WeakMap<SearchHit, HTMLButtonElement>();

  constructor(say: Say, events: GridEvents) {
    this.#say = say;
    this.#events = events;
    // Safari does not treat a list without bullets as one, unless the role is explicit.
    this.element = element('ul', {
      class: 'grid',
      part: 'grid',
      role: 'list',
      'aria-label': say('Images found'),
    });
    this.element.addEventListener('keydown', (event) => this.#key(event));
  }

  /** Shows the hits; existing cards are not changed if hits were only added. */
  show(hits: readonly SearchHit[], endpoint: URL): void {
    const added = this.#hits.every((hit, index) => hit === hits[index]);
    const from = added ? this.#hits.length : 0;
    const cards = hits.slice(from).map((hit, index) => this.#card(hit, from + index, endpoint));
    if (added) this.element.append(...cards);
    else this.element.replaceChildren(...cards);
    this.#hits = hits;
  }

  /** Moves to a hit by its place. */
  focus(index: number): void {
    const hit = this.#hits[index];
    if (hit !== undefined) this.focusOn(hit);
  }

  focusOn(hit: SearchHit): void {
    const button = this.#buttonOf.get(hit);
    button?.focus();
    button?.scrollIntoView({ block: 'nearest' });
  }

  #card(hit: SearchHit, index: number, endpoint: URL): HTMLLIElement {
    const position = index + 1;
    const group = [hit, ...(hit.alike?.hits ?? [])];
    let others: HTMLLIElement[] = [];
    const onAlike = (): boolean => {
      for (const other of others) other.remove();
      others = others.length > 0 ? [] : group.slice(1).map((other, at) => like(other, at + 1));
      item.after(...others);
      return others.length > 0;
    };
    const like = (other: SearchHit, at: number): HTMLLIElement => {
      const alike = card(this.#say, other, this.#say('like {place}', { place: position }), endpoint, {
        onOpen: () => this.#events.onOpen(group, at, position),
      });
      alike.item.classList.add('like');
      this.#buttonOf.set(other, alike.button);
      return alike.item;
    };
    const { item, button } = card(this.#say, hit, position.toLocaleString(this.#say.language), endpoint, {
      onOpen: () => this.#events.onOpen(this.#hits, index, position),
      onAlike,
    });
    this.#buttonOf.set(hit, button);
    return item;
  }

  #buttons(): HTMLButtonElement[] {
    return [...this.element.querySelectorAll<HTMLButtonElement>('.card')];
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const buttons = this.#buttons();
    const from = buttons.indexOf(event.target as HTMLButtonElement);
    if (from < 0) return;
    const to = neighbour(
      // Right to left, the next image is on the left.
      this.element.matches(':dir(rtl)') ? mirrored(event.key) : event.key,
      from,
      buttons.map((button) => button.getBoundingClientRect()),
    );
    if (to === undefined) return;
    event.preventDefault();
    if (to === 'up') this.#events.onLeaveUp();
    else buttons[to]?.focus();
  }
}
