import { QUERY_CHARACTERS } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import { icon } from '../dom/icon.ts';

const LENS = 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.3 15.3 20 20';

export interface SearchBoxEvents {
  readonly onSubmit: (text: string) => void;
  readonly onType?: (text: string) => void;
  /** The down arrow: moves to the images. */
  readonly onDown?: () => void;
}

export interface SearchBoxTexts {
  /** A label for those who do not see the line. */
  readonly label: string;
  readonly submit: string;
}

/** The line to write in. */
export class SearchBox {
  readonly element: HTMLFormElement;
  readonly input: HTMLInputElement;

  constructor({ label, submit }: SearchBoxTexts, { onType, onSubmit, onDown }: SearchBoxEvents) {
    this.input = element('input', {
      type: 'search',
      part: 'input',
      'aria-label': label,
      'aria-keyshortcuts': '/',
      autocomplete: 'off',
      autocapitalize: 'off',
      enterkeyhint: 'search',
      dir: 'auto',
      maxlength: QUERY_CHARACTERS,
    });
    this.element = element(
      'form',
      { role: 'search', part: 'search-box', class: 'box' },
      icon(LENS),
      this.input,
      element('kbd', { class: 'shortcut', 'aria-hidden': 'true' }, '/'),
      element('button', { type: 'submit', part: 'submit', class: 'submit' }, submit),
    );
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      // In some browsers the Enter that ends a composition submits, too.
      if (!composing) onSubmit(this.input.value);
    });
    let composing = false;
    for (const name of ['compositionstart', 'compositionend']) {
      this.input.addEventListener(name, () => {
        composing = name === 'compositionstart';
      });
    }
    // Text in an input method is not final: `g`, `go`, `gou` on the way to 狗.
    const type = (event: Event): void => {
      if (!(event as InputEvent).isComposing) onType?.(this.input.value);
    };
    this.input.addEventListener('input', type);
    this.input.addEventListener('compositionend', type);
    this.input.addEventListener('keydown', (event) => {
      if (onDown === undefined || event.key !== 'ArrowDown' || event.isComposing) return;
      event.preventDefault();
      onDown();
    });
  }

  get value(): string {
    return this.input.value;
  }

  set value(text: string) {
    if (this.input.value !== text) this.input.value = text;
  }

  set placeholder(text: string) {
    this.input.placeholder = text;
  }

  focus(options?: FocusOptions): void {
    this.input.focus(options);
  }

  select(): void {
    this.input.select();
  }
}
