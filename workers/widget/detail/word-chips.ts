import type { QueryWord } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import type { Say } from '../texts/say.ts';
import { isUnknown } from '../words/reading.ts';

/**
 * The words of the query as buttons. Pointing at a word or focusing it shows it temporarily; pressing keeps it until
 * it, or another word, is pressed.
 */
export class WordChips {
  readonly element: HTMLElement;
  readonly #say: Say;
  readonly #onShow: (word: number | undefined) => void;
  #kept: number | undefined;
  #pointed: number | undefined;
  #chosen = false;

  /** `onShow` gets the word to show, or undefined for none. */
  constructor(say: Say, onShow: (word: number | undefined) => void) {
    this.#say = say;
    this.element = element('div', { class: 'chips', role: 'group', 'aria-label': say('Words of the query') });
    this.#onShow = onShow;
  }

  /** Shows the words of another query, none of them chosen. */
  reset(words: readonly QueryWord[]): void {
    this.#kept = undefined;
    this.#pointed = undefined;
    this.#chosen = false;
    this.element.replaceChildren(...words.map((word, index) => this.#chip(word, index)));
  }

  /** Called for another image: a chosen word stays, otherwise `proposed` is shown. */
  turn(proposed: number | undefined): void {
    if (!this.#chosen) this.#kept = proposed;
    this.#show();
  }

  #chip(word: QueryWord, index: number): HTMLButtonElement {
    const { text, as } = word;
    const known = !isUnknown(word);
    const unknown = this.#say('Not known to the model');
    const chip = element(
      'button',
      {
        type: 'button',
        class: known ? 'chip' : 'chip unknown',
        part: 'word',
        title: known ? as && this.#say('Searched as “{text}”', { text: as }) : unknown,
      },
      text,
    );
    if (!known) chip.append(element('span', { class: 'hidden' }, ` (${unknown})`));
    chip.addEventListener('click', () => {
      this.#kept = this.#kept === index ? undefined : index;
      this.#pointed = undefined;
      this.#chosen = true;
      this.#show();
    });
    chip.addEventListener('pointerenter', ({ pointerType }) => {
      // A finger does not hover: its tap is only the click.
      if (pointerType !== 'touch') this.#point(index);
    });
    chip.addEventListener('pointerleave', () => this.#point(undefined));
    chip.addEventListener('focus', () => {
      if (chip.matches(':focus-visible')) this.#point(index);
    });
    chip.addEventListener('blur', () => this.#point(undefined));
    return chip;
  }

  #point(index: number | undefined): void {
    this.#pointed = index;
    this.#show();
  }

  #show(): void {
    for (const [index, chip] of [...this.element.children].entries()) {
      chip.setAttribute('aria-pressed', String(index === this.#kept));
    }
    this.#onShow(this.#pointed ?? this.#kept);
  }
}
