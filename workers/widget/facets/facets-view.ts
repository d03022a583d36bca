import { element } from '../dom/element.ts';
import { adoptStyle } from '../parts/part.ts';
import css from '../styles/facets.css';
import { sheet } from '../styles/sheet.ts';
import type { Say } from '../texts/say.ts';
import type { Facets, FacetValue } from './facet-filter.ts';

const STYLE = sheet(css);

/** For each field its values, as buttons: one of them can be chosen, and pressed again it is not. */
export class FacetsView {
  readonly #place: HTMLElement;
  readonly #say: Say;
  readonly #onChoose: (field: string, value: FacetValue) => void;

  /** Everything is shown in `place`. */
  constructor(say: Say, place: HTMLElement, onChoose: (field: string, value: FacetValue) => void) {
    this.#say = say;
    this.#place = place;
    this.#onChoose = onChoose;
  }

  /** A chosen value is shown also where no image has it. */
  show(facets: Facets, chosen: ReadonlyMap<string, FacetValue>): void {
    adoptStyle(this.#place, STYLE);
    const focused = this.#place.querySelector<HTMLElement>(':focus')?.dataset.value;
    const groups = [...new Set([...Object.keys(facets), ...chosen.keys()])].map((field) => {
      const found = facets[field] ?? [];
      const kept = chosen.get(field);
      const missing = kept !== undefined && !found.some(({ value }) => value === kept);
      const values = missing ? [{ value: kept, count: 0 }, ...found] : found;
      return element(
        'div',
        { role: 'group', 'aria-label': field, class: 'facet', hidden: values.length === 0 },
        element('span', { 'aria-hidden': 'true', dir: 'auto' }, field),
        ...values.map(({ value, count }) => this.#button(field, value, count, value === kept)),
      );
    });
    this.#place.replaceChildren(...groups);
    // The pressed button has been replaced.
    for (const button of this.#place.querySelectorAll('button')) {
      if (button.dataset.value === focused) button.focus();
    }
  }

  #button(field: string, value: FacetValue, count: number, pressed: boolean): HTMLButtonElement {
    const button = element(
      'button',
      {
        type: 'button',
        part: 'facet',
        dir: 'auto',
        'aria-pressed': String(pressed),
        'data-value': `${field} ${value}`,
      },
      `${value} `,
      element('small', {}, count.toLocaleString(this.#say.language)),
    );
    button.addEventListener('click', () => this.#onChoose(field, value));
    return button;
  }
}
