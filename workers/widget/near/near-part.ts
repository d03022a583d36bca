import type { SearchHit } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import { afterResults } from '../parts/after-results-part.ts';
import { whenIdle } from '../parts/part.ts';
import type { Say } from '../texts/say.ts';
import type { NearShown, NearView } from './near-view.ts';
import type { searchNear } from './search-near.ts';

/** The images that a search goes by beside its sentence; their script is fetched after the first answer, or for a search that has some. */
export class NearPart {
  readonly element = element('div');
  readonly #load: () => Promise<void>;
  #view: NearView | undefined;
  #shown: NearShown | undefined;

  /** `adorn` gets what is added to every card; `onChange` the images that a person chose, as the address has them. */
  constructor(
    say: Say,
    adorn: (add: (item: HTMLElement, hit: SearchHit) => void) => void,
    onChange: (near: string) => void,
  ) {
    this.#load = async () => {
      // Without its script there is a warning, and the next answer tries again.
      const loaded = await afterResults.load().catch(() => undefined);
      if (loaded === undefined || this.#view !== undefined || !this.element.isConnected) return;
      this.#view = new loaded.NearView(say, this.element, onChange);
      if (this.#shown) this.#view.show(this.#shown);
      adorn(this.#view.adorn);
    };
  }

  readonly search: typeof searchNear = async (...search) => (await afterResults.load()).searchNear(...search);

  show(shown: NearShown): void {
    this.#shown = shown;
    if (this.#view) this.#view.show(shown);
    else if (shown.near || shown.gone) void this.#load();
    else if (shown.results) whenIdle(() => void this.#load());
  }
}
