import { imageAddress, type SearchHit, type SearchResults } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import { icon } from '../dom/icon.ts';
import { adoptStyle } from '../parts/part.ts';
import { captionOf } from '../results/image.ts';
import css from '../styles/near.css';
import { sheet } from '../styles/sheet.ts';
import type { Say } from '../texts/say.ts';
import { canDeny, denying, type Near, parseNear, printNear, without } from './near.ts';

const STYLE = sheet(css);

// Two pictures, one before the other; the same, crossed out; a cross.
const MORE = 'M4 4h11v11H4zM9 15v5h11V9h-5';
const NOT = 'M4 4h11v11H4zM9 15v5h11V9h-5M3 21 21 3';
const REMOVE = 'M7 7l10 10M17 7 7 17';

/** The images that were chosen on this page, by generation and id: an address has no more than these. */
const chosen = new Map<string, SearchHit>();

/** What is shown of the images that a search goes by. */
export interface NearShown {
  /** As `printNear` has it. */
  readonly near: string;
  /** They were given up, because the index has them no more. */
  readonly gone: boolean;
  readonly results: SearchResults | undefined;
  readonly endpoint: URL;
}

/** Above the results the images that they go by; on every card what makes its image one of them. */
export class NearView {
  readonly #say: Say;
  readonly #place: HTMLElement;
  readonly #onChange: (near: string) => void;
  #near: Near | undefined;
  #generation = '';
  #shown = '';
  #pressed = false;

  /** The images are shown in `place`. `onChange` gets what a person chose instead, as `printNear` has it. */
  constructor(say: Say, place: HTMLElement, onChange: (near: string) => void) {
    this.#say = say;
    this.#place = place;
    this.#onChange = onChange;
    adoptStyle(place, STYLE);
  }

  show({ near, gone, results, endpoint }: NearShown): void {
    const say = this.#say;
    this.#generation = results?.generation ?? this.#generation;
    if (this.#shown === `${near} ${gone}`) return;
    this.#shown = `${near} ${gone}`;
    this.#near = parseNear(near);
    const focused = this.#place.matches(':focus-within') || this.#pressed;
    const buttons = (this.#near?.ids ?? []).map((id) => this.#button(id, endpoint));
    this.#place.replaceChildren(
      ...(buttons.length === 0
        ? []
        : [
            element('div', { class: 'near', role: 'group', 'aria-label': say('Chosen images') }, ...buttons),
            element(
              'p',
              { class: 'aside' },
              say('Images are compared with each other as a whole, not word by word.'),
            ),
          ]),
      ...(gone
        ? [
            element(
              'p',
              { class: 'notice', part: 'notice', role: 'status' },
              say('The image that you chose is not in the index any more. The search goes on without it.'),
            ),
          ]
        : []),
    );
    // What was pressed is gone: it has become one of these, or was one.
    const root = this.#place.getRootNode() as ShadowRoot;
    if (focused) (buttons.at(-1) ?? root.querySelector<HTMLElement>('.card'))?.focus();
    this.#pressed = false;
  }

  /** Adds to a card what makes its image one that the search goes by. */
  readonly adorn = (item: HTMLElement, hit: SearchHit): void => {
    const say = this.#say;
    const { id } = hit;
    const generation = this.#generation;
    const act = (near: Near) => () => {
      chosen.set(`${generation} ${id}`, hit);
      this.#pressed = true;
      this.#onChange(printNear(near));
    };
    const more = button(MORE, say('More like this'), hit);
    more.addEventListener('click', act({ kind: 'like', ids: [id], generation }));
    const not = button(NOT, say('Not like this'), hit);
    not.addEventListener('click', () => act(denying(this.#near, id, generation))());
    // They lie over the image, and so come before what is below it.
    item.firstElementChild?.after(
      element('div', { class: 'acts' }, more, ...(canDeny(this.#near) ? [not] : [])),
    );
  };

  #button(id: number, endpoint: URL): HTMLButtonElement {
    const say = this.#say;
    const near = this.#near;
    const hit = chosen.get(`${near?.generation} ${id}`);
    const text = hit === undefined ? say('image {n}', { n: String(id) }) : captionOf(hit);
    const address = hit && imageAddress(hit, endpoint);
    const button = element(
      'button',
      { type: 'button', part: 'near' },
      ...(address === undefined ? [] : [element('img', { src: address, alt: '' })]),
      element(
        'span',
        { dir: 'auto' },
        say(near?.kind === 'like' ? 'Like “{text}”' : 'Not like “{text}”', { text }),
      ),
      element('span', { class: 'hidden' }, `: ${say('remove')}`),
      icon(REMOVE),
    );
    button.addEventListener('click', () => near && this.#onChange(printNear(without(near, id))));
    return button;
  }
}

function button(outline: string, label: string, hit: SearchHit): HTMLButtonElement {
  return element(
    'button',
    { type: 'button', class: 'act', part: 'act', title: label, 'aria-label': `${label}: ${captionOf(hit)}` },
    icon(outline),
  );
}
