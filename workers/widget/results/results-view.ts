import type { SearchResults, SearchState } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import { afterResults } from '../parts/after-results-part.ts';
import type { Say } from '../texts/say.ts';
import { companions, type Examples } from '../words/examples.ts';
import type { AdviceParts } from './advice.ts';
import { exampleButton } from './example-button.ts';
import { Foot } from './foot.ts';
import { Grid, type GridEvents } from './grid.ts';
import { emptyQuery, failed, invitation, nothingFound } from './messages.ts';
import { skeleton } from './skeleton.ts';
import { notice, spoken, summary } from './summary.ts';

export interface ResultsViewEvents extends GridEvents {
  readonly onExample: (query: string) => void;
  readonly onMore: () => void;
  readonly onRetry: () => void;
}

/** The parts that stay the same from view to view. */
interface ResultsSetting {
  readonly endpoint: URL;
  readonly examples: Examples;
  readonly onUnfilter: AdviceParts['onUnfilter'];
  /** The page that draws a sentence's parse, if there is one. */
  readonly explain: URL | undefined;
}

/** Everything below the line to write in. */
export class ResultsView {
  readonly element: HTMLElement;
  readonly grid: Grid;
  readonly #say: Say;
  readonly #events: ResultsViewEvents;
  readonly #live = element('p', { class: 'hidden', role: 'status' });
  readonly #notice = element('div');
  readonly #summary = element('div', { class: 'summary' });
  readonly #body = element('div');
  readonly #foot: Foot;

  constructor(say: Say, events: ResultsViewEvents) {
    this.#say = say;
    this.#events = events;
    this.grid = new Grid(say, events);
    this.#foot = new Foot(say, events.onMore);
    this.element = element('div', { class: 'results', part: 'results' });
    this.element.append(this.#live, this.#summary, this.#notice, this.#body, this.#foot.element);
  }

  show(state: SearchState, setting: ResultsSetting): void {
    const { examples } = setting;
    this.element.setAttribute('aria-busy', String(state.status === 'searching'));
    const words = spoken(this.#say, state);
    if (words !== undefined) this.#live.textContent = words;
    switch (state.status) {
      case 'idle':
        this.#alone(invitation(this.#say, examples, this.#events.onExample));
        break;
      case 'blank':
        this.#alone(emptyQuery(this.#say));
        break;
      case 'searching':
        // The previous result stays, paler, until there is a new one.
        if (!state.previous?.hits.length) this.#alone(skeleton());
        break;
      case 'empty':
      case 'results':
        this.#results(state.results, setting);
        break;
      default:
        this.#alone(failed(this.#say, state.problem, this.#events.onRetry));
    }
  }

  #results(results: SearchResults, { endpoint, examples, explain, onUnfilter }: ResultsSetting): void {
    const comparing = this.#summary.matches(':focus-within');
    const { onExample } = this.#events;
    const compare = companions(examples, results.query).map((text) => exampleButton(text, onExample));
    this.#summary.replaceChildren(
      ...comparison(this.#say, compare),
      ...summary(this.#say, results, { onExample, explain }),
    );
    // Keyboard users who go from one sentence to the other can go back with the same key, or are at the line.
    const [back] = compare;
    if (comparing && back !== undefined) back.focus();
    else if (comparing) this.#events.onLeaveUp();
    this.#notice.replaceChildren(...notice(this.#say, results));
    this.grid.show(results.hits, endpoint);
    const found = results.hits.length > 0;
    const body = found ? this.grid.element : nothingFound(this.#say, results);
    if (this.#body.firstChild !== body) this.#body.replaceChildren(body);
    if (!found || (results.match ?? 'good') !== 'good') {
      const place = found ? element('details', {}, element('summary', {}, this.#say('What to try'))) : body;
      if (found) this.#notice.append(place);
      void this.#advise(place, results, { examples, onExample, onUnfilter });
    }
    this.#foot.show(results);
    this.#foot.element.hidden = !found || results.provisional;
  }

  /** Closed, or below everything else, so that nothing moves when it is there. Without its script the rest is complete. */
  async #advise(place: HTMLElement, results: SearchResults, parts: AdviceParts): Promise<void> {
    const loaded = await afterResults.load().catch(() => undefined);
    loaded?.advise(place, this.#say, results, parts);
  }

  #alone(content: HTMLElement): void {
    this.#summary.replaceChildren();
    this.#notice.replaceChildren();
    this.#body.replaceChildren(content);
    this.#foot.element.hidden = true;
  }
}

/** Links to the sentences to compare the query with. */
function comparison(say: Say, buttons: readonly HTMLButtonElement[]): Node[] {
  return buttons.length === 0
    ? []
    : [element('p', { class: 'compare' }, `${say('Compare with')} `, ...buttons)];
}
