import {
  createSearchSession,
  queryOf,
  requestSearch,
  SEARCH_LIMITS,
  type SearchHit,
  type SearchResults,
  type SearchState,
} from '../clients/search/index.ts';
import { AddressBar } from './address/address-bar.ts';
import { addressOf } from './address/page-address.ts';
import { SearchBox } from './box/search-box.ts';
import { onSlash } from './box/slash-key.ts';
import { Detail } from './detail/detail.ts';
import { element } from './dom/element.ts';
import { adoptProperties, reflect } from './dom/reflect.ts';
import { ResultsView } from './results/results-view.ts';
import { stylesheet } from './styles/stylesheet.ts';
import { RecentQueries } from './suggestions/recent-queries.ts';
import { SuggestionList } from './suggestions/suggestion-list.ts';
import { type Examples, parseExamples } from './words/examples.ts';

const TEXTS = { label: 'What happens in the image', submit: 'Search' };
const PAGE_SIZE = 20;
const PLACEHOLDER = 'Two dogs chase a ball along the beach';
const EXAMPLES =
  'a child in a red coat feeds a horse || two people ride one bicycle || a dog catches a ball in the air';

/** `gsmn-results`: an answer, or more of it, is shown. */
export interface ResultsDetail extends Pick<SearchResults, 'query' | 'stage' | 'degraded' | 'hits'> {}

/** `gsmn-select`: an image was chosen; `preventDefault()` keeps its detail view closed. `position` counts the cards from 1; an image that another one stands for has its. */
export interface SelectDetail {
  readonly hit: SearchHit;
  readonly position: number;
}

/** `<gsmn-search>`: see README.md for its attributes, events, parts and properties. */
export class SearchElement extends HTMLElement {
  static readonly observedAttributes = ['placeholder', 'examples', 'filter', 'suggestions'];
  /** The default of the `endpoint` attribute. */
  static defaultEndpoint: URL | undefined;

  static {
    reflect(SearchElement, ['explain', 'filter', 'suggestions'], ['uncollapsed']);
  }
  declare endpoint: string;
  declare placeholder: string;
  declare examples: string;
  declare explain: string;
  declare filter: string;
  declare suggestions: string;
  declare urlQuery: boolean;
  declare urlParameter: string;
  declare uncollapsed: boolean;

  readonly #box = new SearchBox(TEXTS, {
    onType: (text) => this.#session.type(text),
    onSubmit: (text) => this.#choose(text),
    onDown: () => this.#results.grid.focus(0),
  });
  readonly #recent = new RecentQueries(() => `gsmn-search ${this.#endpoint}`);
  readonly #suggestions = new SuggestionList(
    this.#box,
    this.#recent,
    () => this.#examples.flat(),
    (sentence) => this.#choose(sentence),
  );
  readonly #results = new ResultsView({
    onOpen: (hits, index, position) => this.#open(hits, index, position),
    onLeaveUp: () => this.#box.focus(),
    onExample: (query) => this.#choose(query),
    onMore: () => void this.#more(),
    onRetry: () => this.#session.retry(),
  });
  readonly #detail = new Detail((hit) => this.#results.grid.focusOn(hit));
  /** Attributes are read when a page is requested. */
  readonly #session = createSearchSession({
    search: (request) =>
      requestSearch(this.#endpoint, {
        ...request,
        limit: this.limit,
        collapse: !this.uncollapsed,
        filter: this.filter || undefined,
      }),
  });
  readonly #address = new AddressBar(this, (query) => this.#travel(query));
  #releaseSlash: () => void = () => {};

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [stylesheet()];
    root.append(
      element('div', { class: 'root' }, this.#box.element, this.#results.element),
      this.#detail.element,
    );
    this.#box.placeholder = PLACEHOLDER;
    this.#suggestions.enabled = true;
    this.#session.subscribe((state) => {
      // A search that starts, and a line that was emptied.
      if (state.status === 'searching') this.#address.write(state.query, state.typed);
      else if (state.status === 'idle') this.#address.write('', true);
      this.#show(state);
    });
  }

  connectedCallback(): void {
    adoptProperties(this);
    this.#releaseSlash = onSlash(() => {
      if (this.#detail.element.open) return;
      this.#box.focus();
      this.#box.select();
    });
    this.#address.connect();
    this.#show(this.#session.getState());
    this.#session.resume();
    if (this.#address.query !== '') this.#travel(this.#address.query);
    const { activeElement } = this.ownerDocument;
    if (this.autofocus && (activeElement === null || activeElement === this.ownerDocument.body)) {
      this.#box.focus({ preventScroll: true });
    }
  }

  disconnectedCallback(): void {
    this.#releaseSlash();
    this.#address.disconnect();
    this.#session.stop();
  }

  attributeChangedCallback(name: string, before: string | null, value: string | null): void {
    if (name === 'placeholder') this.#box.placeholder = value ?? PLACEHOLDER;
    else if (name === 'suggestions') this.#suggestions.enabled = value !== 'none';
    else if (name === 'filter') this.#narrow(before !== value);
    else if (this.#session.getState().status === 'idle') this.#show(this.#session.getState());
  }

  /** The text in the line. */
  get query(): string {
    return this.#box.value;
  }

  /** Writes into the line without searching. */
  set query(text: string) {
    this.#box.value = text;
  }

  /** Hits on a page. */
  get limit(): number {
    const given = Number.parseInt(this.getAttribute('limit') ?? '', 10);
    return given >= 1 ? Math.min(given, SEARCH_LIMITS.limit) : PAGE_SIZE;
  }

  set limit(hits: number) {
    this.setAttribute('limit', String(hits));
  }

  /** Writes a sentence into the line and searches for it. */
  search(query: string): void {
    this.#box.value = query;
    this.#session.search(query);
  }

  override focus(options?: FocusOptions): void {
    this.#box.focus(options);
  }

  get #endpoint(): URL {
    return (
      addressOf(this, 'endpoint') ?? SearchElement.defaultEndpoint ?? new URL('/v1/search', this.baseURI)
    );
  }

  get #examples(): Examples {
    return parseExamples(this.getAttribute('examples') ?? EXAMPLES);
  }

  /** A person's own search; what a page or an address asks for is not remembered. */
  #choose(query: string): void {
    if (this.suggestions !== 'none' && query.trim() !== '') this.#recent.add(query.trim());
    this.search(query);
  }

  /** What is shown is searched for again with another filter. */
  #narrow(changed: boolean): void {
    if (!changed || !this.isConnected) return;
    this.#detail.element.close();
    this.#session.retry();
  }

  /** Follows the address; if its query is already shown, it stays with all its pages. */
  #travel(query: string): void {
    if (query === (queryOf(this.#session.getState()) ?? '')) return;
    this.#detail.element.close();
    this.#box.value = query;
    if (query === '') this.#session.reset();
    else this.#session.search(query);
  }

  #show(state: SearchState): void {
    this.#results.show(state, {
      endpoint: this.#endpoint,
      examples: this.#examples,
      explain: addressOf(this, 'explain'),
    });
    if (!('results' in state) || state.results.more === 'loading') return;
    const { query, stage, degraded, hits } = state.results;
    this.#tell<ResultsDetail>('gsmn-results', { query, stage, degraded, hits });
  }

  #open(hits: readonly SearchHit[], index: number, position: number): void {
    const state = this.#session.getState();
    const results = 'results' in state ? state.results : 'previous' in state ? state.previous : undefined;
    const hit = hits[index];
    if (results === undefined || hit === undefined) return;
    if (this.#tell<SelectDetail>('gsmn-select', { hit, position })) {
      this.#detail.open({ ...results, hits }, index, this.#endpoint);
    }
  }

  async #more(): Promise<void> {
    const state = this.#session.getState();
    const before = 'results' in state ? state.results.hits.length : 0;
    await this.#session.more();
    // Moves to the first new image for keyboard users; the button has moved out of view.
    this.#results.grid.focus(before);
  }

  /** Returns whether no listener prevented the default. */
  #tell<T>(name: string, detail: T): boolean {
    return this.dispatchEvent(
      new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }),
    );
  }
}
