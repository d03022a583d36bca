import file from 'part:./suggestion-list.ts';
import type { SearchBox } from '../box/search-box.ts';
import { Part } from '../parts/part.ts';
import type { Say } from '../texts/say.ts';
import type { SuggestionList, SuggestionSource } from './suggestion-list.ts';

const part = new Part<typeof import('./suggestion-list.ts')>(file);

/** The sentences proposed below the line. The script of their list is fetched when the line gets the focus, or there is a query to remember. */
export class SuggestionsPart {
  readonly #input: HTMLInputElement;
  readonly #make: (list: typeof SuggestionList) => SuggestionList;
  #list: SuggestionList | undefined;
  /** The list was asked for before it was there. */
  #awaited = false;

  constructor(say: Say, box: SearchBox, source: SuggestionSource) {
    const { input } = box;
    this.#input = input;
    this.#make = (list) => new list(say, box, source);
    input.addEventListener('focus', () => void this.#load());
    input.addEventListener('input', () => {
      this.#awaited = true;
    });
    input.addEventListener('click', () => {
      this.#awaited ||= input.value === '';
    });
    input.form?.addEventListener('submit', () => {
      this.#awaited = false;
    });
  }

  /** Without suggestions the line is a plain one. */
  set enabled(enabled: boolean) {
    this.#input.role = enabled ? 'combobox' : null;
    this.#input.ariaAutoComplete = enabled ? 'list' : null;
    this.#input.ariaExpanded = enabled ? 'false' : null;
    this.#list?.close();
  }

  /** Proposes a query later on. */
  async remember(query: string): Promise<void> {
    await this.#load();
    this.#list?.remember(query);
  }

  /** Without its script the line is one without suggestions, until something needs them again. */
  async #load(): Promise<void> {
    if (this.#input.role === null || this.#list !== undefined) return;
    const loaded = await part.load().catch(() => undefined);
    if (loaded === undefined || this.#list !== undefined || !this.#input.isConnected) return;
    this.#list = this.#make(loaded.SuggestionList);
    if (this.#awaited && this.#input.matches(':focus')) this.#list.open();
  }
}
