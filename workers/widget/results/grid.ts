import type { SearchHit } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import { afterResults } from '../parts/after-results-part.ts';
import type { Say } from '../texts/say.ts';
import { type Card, card } from './card.ts';
import { mirrored, neighbour } from './grid-keys.ts';

export interface GridEvents {
  /** A card was chosen: its hits are those beside it, and `position` counts the cards of the grid from 1. */
  readonly onOpen: (hits: readonly SearchHit[], index: number, position: number) => void;
  /** The up arrow in the first row. */
  readonly onLeaveUp: () => void;
}

/** A card of the grid, with what it shows now. */
interface Shown {
  readonly card: Card;
  hit: SearchHit;
  index: number;
  /** Hides the images that the hit stands for. */
  readonly hide: () => void;
}

/** The images in rows of one height, in the order of their rank. */
export class Grid {
  readonly element: HTMLUListElement;
  readonly #say: Say;
  readonly #events: GridEvents;
  #hits: readonly SearchHit[] = [];
  #shown: Shown[] = [];
  readonly #cardOf = new WeakMap<SearchHit, Card>();
  #add: (item: HTMLElement, hit: SearchHit) => void = () => {};

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

  /** Shows the hits. Cards that are there already stay if hits were only added; otherwise those of the same images move to their new places. */
  show(hits: readonly SearchHit[], endpoint: URL): void {
    const added = this.#hits.every((hit, index) => hit === hits[index]);
    const before = new Map(added ? [] : this.#shown.map((shown) => [keyOf(shown.hit), shown]));
    const kept = added ? this.#shown : [];
    const shown = hits.slice(kept.length).map((hit, at) => {
      const index = kept.length + at;
      return this.#moved(before.get(keyOf(hit)), hit, index) ?? this.#card(hit, index, endpoint);
    });
    this.#hits = hits;
    this.#shown = [...kept, ...shown];
    if (added) this.element.append(...shown.map(({ card: { item } }) => item));
    else this.#move(() => this.#arrange());
  }

  /** Cards glide to their new places once there is the script for it. */
  #move(arrange: () => void): void {
    const { moving } = afterResults.loaded ?? {};
    if (moving) moving(this.element, arrange);
    else arrange();
  }

  /** Everything moves around the card that has the focus, which would lose it by being moved itself. */
  #arrange(): void {
    const items = this.#shown.map(({ card: { item } }) => item);
    const focused = items.findIndex((item) => item.matches(':focus-within'));
    // Beside the cards that are gone, those of images that a hit stood for.
    const gone = [...this.element.children].filter((old) => !items.includes(old as HTMLLIElement));
    for (const old of gone) old.remove();
    for (const [index, item] of items.entries()) {
      if (index < focused) this.element.insertBefore(item, items[focused] ?? null);
      else if (index > focused) this.element.append(item);
    }
  }

  /** The card of the same image, which says now what is said of it here. */
  #moved(shown: Shown | undefined, hit: SearchHit, index: number): Shown | undefined {
    if (shown === undefined) return undefined;
    shown.hide();
    shown.hit = hit;
    shown.index = index;
    shown.card.tell(hit, this.#place(index));
    this.#keep(hit, shown.card);
    return shown;
  }

  /** Moves to a hit by its place. */
  focus(index: number): void {
    const hit = this.#hits[index];
    if (hit !== undefined) this.focusOn(hit);
  }

  focusOn(hit: SearchHit): void {
    const button = this.#cardOf.get(hit)?.button;
    button?.focus();
    button?.scrollIntoView({ block: 'nearest' });
  }

  /** Shows at the card of a hit what becomes of opening it. */
  opening(hit: SearchHit, open: () => Promise<void>): void {
    void this.#cardOf.get(hit)?.opening(open);
  }

  #card(first: SearchHit, at: number, endpoint: URL): Shown {
    let others: HTMLLIElement[] = [];
    const group = (): SearchHit[] => [shown.hit, ...(shown.hit.alike?.hits ?? [])];
    const hide = (): void => {
      for (const other of others) other.remove();
      others = [];
    };
    const onAlike = (): boolean => {
      if (others.length > 0) hide();
      else
        others = group()
          .slice(1)
          .map((other, place) => like(other, place + 1));
      shown.card.item.after(...others);
      return others.length > 0;
    };
    const like = (other: SearchHit, place: number): HTMLLIElement => {
      const position = shown.index + 1;
      const alike = card(this.#say, other, this.#say('like {place}', { place: position }), endpoint, {
        onOpen: () => this.#events.onOpen(group(), place, position),
      });
      alike.item.classList.add('like');
      this.#keep(other, alike);
      return alike.item;
    };
    const made = card(this.#say, first, this.#place(at), endpoint, {
      onOpen: () => this.#events.onOpen(this.#hits, shown.index, shown.index + 1),
      onAlike,
    });
    const shown: Shown = { card: made, hit: first, index: at, hide };
    this.#keep(first, made);
    return shown;
  }

  /** Adds something to every card, and to those that follow. */
  adorn(add: (item: HTMLElement, hit: SearchHit) => void): void {
    this.#add = add;
    for (const { card, hit } of this.#shown) add(card.item, hit);
  }

  #keep(hit: SearchHit, card: Card): void {
    this.#cardOf.set(hit, card);
    this.#add(card.item, hit);
  }

  #place(index: number): string {
    return (index + 1).toLocaleString(this.#say.language);
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

/** Another index may have another image with the same id. */
function keyOf({ id, image }: SearchHit): string {
  return `${id} ${image.name}`;
}
