import file from 'part:./facets-view.ts';
import { element } from '../dom/element.ts';
import { Part } from '../parts/part.ts';
import type { Say } from '../texts/say.ts';
import type { Facets, FacetValue } from './facet-filter.ts';
import type { FacetsView } from './facets-view.ts';

const part = new Part<typeof import('./facets-view.ts')>(file);

/** The values to filter by. Their script is fetched once an answer has some; if it cannot be, the next answer tries again. */
export class FacetsPart {
  readonly element = element('div', { class: 'facets', part: 'facets' });
  readonly #make: (view: typeof FacetsView) => FacetsView;
  #view: FacetsView | undefined;

  constructor(say: Say, onChoose: (field: string, value: FacetValue) => void) {
    this.#make = (view) => new view(say, this.element, onChoose);
  }

  /** A chosen value is shown also where no image has it. */
  async show(facets: Facets, chosen: ReadonlyMap<string, FacetValue>): Promise<void> {
    if (Object.keys(facets).length + chosen.size === 0 && this.#view === undefined) return;
    const loaded = await part.load().catch(() => undefined);
    if (loaded) this.#view ??= this.#make(loaded.FacetsView);
    this.#view?.show(facets, chosen);
  }
}
