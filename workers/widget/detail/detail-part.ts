import type { SearchHit, SearchResults } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import { afterResults } from '../parts/after-results-part.ts';
import type { Say } from '../texts/say.ts';
import type { Detail } from './detail.ts';

/** The view of one image. Its script is fetched after the first answer, or once an image is chosen. */
export class DetailPart {
  /** Holds the dialog, once there is one. */
  readonly element = element('div');
  readonly #say: Say;
  readonly #onClose: (hit: SearchHit) => void;
  #detail: Detail | undefined;
  /** The last choice: an image that was chosen before it is not opened any more. */
  #choice: object | undefined;

  /** `onClose` gets the last shown hit. */
  constructor(say: Say, onClose: (hit: SearchHit) => void) {
    this.#say = say;
    this.#onClose = onClose;
  }

  get isOpen(): boolean {
    return this.#detail?.element.open ?? false;
  }

  preload(): void {
    afterResults.preload();
  }

  /** Rejects if the script cannot be fetched. */
  async open(results: SearchResults, index: number, endpoint: URL): Promise<void> {
    const choice = {};
    this.#choice = choice;
    const { Detail } = await afterResults.load();
    // Meanwhile, another image was chosen, there are other results, or the widget was taken away.
    if (this.#choice !== choice || !this.element.isConnected) return;
    if (this.#detail === undefined) {
      this.#detail = new Detail(this.#say, this.#onClose);
      this.element.append(this.#detail.element);
    }
    this.#detail.open(results, index, endpoint);
  }

  update(results: SearchResults): void {
    this.#detail?.update(results);
  }

  close(): void {
    this.#choice = undefined;
    this.#detail?.element.close();
  }
}
