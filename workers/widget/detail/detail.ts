import {
  imageAddress,
  type QueryWord,
  type SearchHit,
  type SearchResults,
} from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import { icon } from '../dom/icon.ts';
import { adoptStyle } from '../parts/part.ts';
import { mirrored } from '../results/grid-keys.ts';
import { aspectRatio, captionOf, imageElement, missingImage } from '../results/image.ts';
import css from '../styles/detail.css';
import { sheet } from '../styles/sheet.ts';
import type { Say } from '../texts/say.ts';
import type { Text } from '../texts/text.ts';
import { EvidenceBoxes } from './evidence-boxes.ts';
import { facts } from './facts.ts';
import { explain, firmestWord, type MatchedWord, matchWords } from './matched-words.ts';
import { WordChips } from './word-chips.ts';

const STYLE = sheet(css);

const CLOSE = 'M6 6l12 12M18 6 6 18';
const PREVIOUS = 'M14.5 5.5 8 12l6.5 6.5';
const NEXT = 'M9.5 5.5 16 12l-6.5 6.5';

/** One hit, enlarged, with the regions that each word matched. A modal dialog: Escape closes it, arrows go to other hits. */
export class Detail {
  readonly element: HTMLDialogElement;
  readonly #place = element('p', { class: 'place' });
  readonly #title = element('h2', { id: 'detail-title', dir: 'auto', tabindex: '-1' });
  readonly #canvas = element('div', { class: 'canvas' });
  readonly #say: Say;
  readonly #boxes: EvidenceBoxes;
  readonly #chips: WordChips;
  readonly #explanation = element('p', { class: 'explanation', 'aria-live': 'polite' });
  readonly #facts = element('div');
  readonly #previous: HTMLButtonElement;
  readonly #next: HTMLButtonElement;
  #results: SearchResults | undefined;
  #endpoint: URL | undefined;
  #index = 0;
  #words: readonly MatchedWord[] = [];

  /** `onClose` gets the last shown hit. */
  constructor(say: Say, onClose: (hit: SearchHit) => void) {
    this.#say = say;
    this.#boxes = new EvidenceBoxes(say);
    this.#chips = new WordChips(say, (word) => this.#showWord(word));
    this.#previous = tool(PREVIOUS, say('Previous image'), () => this.#show(this.#index - 1));
    this.#next = tool(NEXT, say('Next image'), () => this.#show(this.#index + 1));
    const close = tool(CLOSE, say('Close'), () => this.element.close());
    this.element = element(
      'dialog',
      { part: 'dialog', 'aria-labelledby': 'detail-title' },
      element(
        'div',
        { class: 'panel' },
        element('div', { class: 'tools' }, this.#place, this.#previous, this.#next, close),
        this.#title,
        this.#chips.element,
        this.#explanation,
        this.#facts,
      ),
      element('div', { class: 'easel' }, this.#canvas),
    );
    this.element.addEventListener('close', () => {
      const hit = this.#results?.hits[this.#index];
      if (hit) onClose(hit);
    });
    this.element.addEventListener('click', (event) => {
      // Only the backdrop has the dialog itself as its target: the contents cover all of it.
      if (event.target === this.element) this.element.close();
    });
    this.element.addEventListener('keydown', (event) => this.#key(event));
  }

  open(results: SearchResults, index: number, endpoint: URL): void {
    this.#results = results;
    this.#endpoint = endpoint;
    this.#chips.reset(searched(results));
    this.#show(index);
    adoptStyle(this.element, STYLE);
    this.element.showModal();
    // To the title, without scrolling the image above it out of view on a phone.
    this.#title.focus({ preventScroll: true });
    this.element.scrollTop = 0;
  }

  /** Shows what became of the hit that is open, in its new place; the focus stays. */
  update(results: SearchResults): void {
    if (!this.element.open) return;
    const shown = this.#results?.hits[this.#index];
    const index = results.hits.findIndex(
      (hit) => hit !== shown && hit.id === shown?.id && isSame(hit, shown),
    );
    if (index < 0) return;
    this.#results = results;
    this.#show(index);
  }

  #show(index: number): void {
    const { hits } = this.#results ?? { hits: [] };
    const hit = hits[index];
    if (hit === undefined || this.#endpoint === undefined) return;
    this.#index = index;
    this.#place.textContent = this.#say('{n} of {all}', { n: index + 1, all: hits.length });
    this.#previous.setAttribute('aria-disabled', String(index === 0));
    this.#next.setAttribute('aria-disabled', String(index === hits.length - 1));
    this.#title.textContent = captionOf(hit);
    this.#facts.replaceChildren(...facts(this.#say, hit));
    this.#paint(hit, this.#endpoint);
    this.#words = hit.evidence ? matchWords(searched(this.#results), hit.evidence) : [];
    if (this.#words.length === 0 && this.#chips.element.matches(':focus-within')) {
      this.#title.focus({ preventScroll: true });
    }
    this.#chips.element.hidden = this.#words.length === 0;
    this.#chips.turn(firmestWord(this.#words));
  }

  #paint(hit: SearchHit, endpoint: URL): void {
    this.#canvas.style.setProperty('--ratio', String(aspectRatio(hit)));
    const address = imageAddress(hit, endpoint);
    this.#canvas.replaceChildren(
      address === undefined
        ? missingImage(this.#say, hit.image.name)
        : imageElement(address, captionOf(hit), () => missingImage(this.#say, hit.image.name)),
      this.#boxes.element,
    );
  }

  #showWord(index: number | undefined): void {
    const word = index === undefined ? undefined : this.#words[index];
    const hit = this.#results?.hits[this.#index];
    const address = hit && this.#endpoint ? imageAddress(hit, this.#endpoint) : undefined;
    this.#boxes.show(address === undefined ? undefined : word, address ?? '');
    this.#canvas.classList.toggle('dimmed', address !== undefined && (word?.regions.length ?? 0) > 0);
    if (word) this.#explanation.textContent = explain(word, this.#words, this.#say);
    else if (this.#words.length > 0)
      this.#explanation.textContent = this.#say('Choose a word to see where it looks.');
    else this.#explanation.textContent = this.#withoutEvidence();
  }

  #withoutEvidence(): string {
    const { degraded, hits, like } = this.#results ?? {};
    if (like !== undefined)
      return this.#say('Images are compared with each other as a whole, not word by word.');
    if (degraded) return this.#say(degraded.message as Text);
    return this.#say(
      hits?.[this.#index]?.stage === 'rerank'
        ? 'The image that stands for this one shows where the words look.'
        : 'This image lies beyond the ones that were compared word by word.',
    );
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const key = this.element.matches(':dir(rtl)') ? mirrored(event.key) : event.key;
    if (key === 'ArrowLeft') this.#show(this.#index - 1);
    else if (key === 'ArrowRight') this.#show(this.#index + 1);
    else return;
    event.preventDefault();
  }
}

/** Another index may have another image with the same id. */
function isSame(one: SearchHit, other: SearchHit): boolean {
  return one.image.name === other.image.name;
}

/** The words that images were compared with. */
function searched(results: SearchResults | undefined): QueryWord[] {
  return results?.words.filter(({ negated }) => negated === undefined) ?? [];
}

function tool(outline: string, label: string, act: () => void): HTMLButtonElement {
  const button = element(
    'button',
    { type: 'button', class: 'tool', 'aria-label': label, title: label },
    icon(outline),
  );
  button.addEventListener('click', act);
  return button;
}
