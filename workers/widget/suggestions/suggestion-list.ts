import type { SearchBox } from '../box/search-box.ts';
import { element } from '../dom/element.ts';
import { adoptStyle } from '../parts/part.ts';
import { sheet } from '../styles/sheet.ts';
import css from '../styles/suggestions.css';
import type { Say } from '../texts/say.ts';
import { NONE, nextOption } from './next-option.ts';
import { RecentQueries } from './recent-queries.ts';
import { suggest } from './suggest.ts';

const STYLE = sheet(css);

export interface SuggestionSource {
  /** The name under which this browser keeps recent queries. */
  readonly shelf: () => string;
  /** The sentences to try. */
  readonly examples: () => readonly string[];
  readonly onPick: (sentence: string) => void;
}

/**
 * Below the line: recent queries and sentences to try, as the list of an editable combobox (ARIA Authoring Practices). The focus stays
 * in the line, which names the active option.
 */
export class SuggestionList {
  readonly #input: HTMLInputElement;
  readonly #propose: () => readonly string[];
  readonly #list = element('ul', { role: 'listbox', id: 'list' });
  readonly #forget = element('button', { type: 'button', class: 'forget', part: 'forget' });
  readonly #popup = element(
    'div',
    { class: 'suggestions', part: 'suggestions', hidden: true },
    this.#list,
    this.#forget,
  );
  readonly #recent: RecentQueries;
  #active = NONE;

  constructor(say: Say, { input }: SearchBox, { shelf, examples, onPick }: SuggestionSource) {
    const recent = new RecentQueries(shelf);
    this.#recent = recent;
    this.#input = input;
    this.#list.ariaLabel = say('Sentences to try');
    this.#forget.textContent = say('Forget recent searches');
    this.#propose = () => {
      this.#forget.hidden = recent.list.length === 0;
      return input.role ? suggest(input.value, recent.list, examples()) : [];
    };
    const open = () => this.open();
    input.setAttribute('aria-controls', 'list');
    input.after(this.#popup);
    adoptStyle(this.#popup, STYLE);
    input.addEventListener('input', (event) => (event as InputEvent).isComposing || open());
    input.addEventListener('compositionend', open);
    input.addEventListener('click', () => input.value || open());
    // Before the line's own keys.
    input.addEventListener('keydown', (event) => this.#key(event), true);
    input.form?.addEventListener('submit', () => this.#show([]));
    input.form?.addEventListener('focusout', ({ relatedTarget }) => {
      if (relatedTarget !== input && relatedTarget !== this.#forget) this.#show([]);
    });
    // The line keeps the focus, and the keyboard of a phone stays.
    this.#popup.addEventListener('pointerdown', (event) => event.preventDefault());
    this.#list.addEventListener('click', ({ target }) => {
      this.#show([]);
      onPick((target as HTMLElement).textContent);
    });
    this.#forget.addEventListener('click', () => {
      recent.forget();
      input.focus();
      open();
    });
  }

  remember(query: string): void {
    this.#recent.add(query);
  }

  open(): void {
    this.#show(this.#propose());
  }

  close(): void {
    this.#show([]);
  }

  /** Without sentences the list is closed. */
  #show(sentences: readonly string[]): void {
    const options = sentences.map((sentence, index) =>
      element('li', { role: 'option', id: `option${index}`, part: 'suggestion', dir: 'auto' }, sentence),
    );
    this.#list.replaceChildren(...options);
    this.#popup.hidden = options.length === 0;
    this.#input.ariaExpanded = this.#input.role && String(!this.#popup.hidden);
    this.#activate(NONE);
  }

  #activate(active: number): void {
    this.#active = active;
    for (const [index, option] of [...this.#list.children].entries()) {
      option.ariaSelected = String(index === active);
      if (index === active) option.scrollIntoView({ block: 'nearest' });
    }
    this.#input.setAttribute('aria-activedescendant', active === NONE ? '' : `option${active}`);
  }

  #key(event: KeyboardEvent): void {
    const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
    // The keys of an input method are its own, whatever they are.
    if (event.isComposing || ctrlKey || metaKey || shiftKey) return;
    const options = this.#list.children;
    if (options.length === 0) {
      // Of a line with text the arrow leads to the images.
      if (key === 'ArrowDown' && (altKey || this.#input.value === '')) this.#show(this.#propose());
      if (options.length === 0) return;
    } else if (key === 'Escape' || (altKey && key === 'ArrowUp')) {
      this.#show([]);
    } else if (key === 'Enter' && this.#active !== NONE) {
      (options[this.#active] as HTMLElement).click();
    } else {
      const next = nextOption(key, this.#active, options.length);
      if (next === undefined) return;
      this.#activate(next);
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}
