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
import { directionOf, languageOf, loadTexts } from './texts/load-texts.ts';
import { speak, type Texts } from './texts/say.ts';
import { type Examples, parseExamples } from './words/examples.ts';

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
  static readonly observedAttributes = ['placeholder', 'examples', 'filter', 'suggestions', 'lang'];
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

  #say = speak('en', {});
  #texts: Texts | undefined;
  /** The texts that are shown, if they are not English. */
  #told: Texts | undefined;
  #view = this.#build();
  readonly #recent = new RecentQueries(() => `gsmn-search ${this.#endpoint}`);
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
    root.append(this.#view.element);
    this.#session.subscribe((state) => {
      // A search that starts, and a line that was emptied.
      if (state.status === 'searching') this.#address.write(state.query, state.typed);
      else if (state.status === 'idle') this.#address.write('', true);
      this.#show(state);
    });
  }

  connectedCallback(): void {
    adoptProperties(this);
    void this.#speak();
    this.#releaseSlash = onSlash(() => {
      if (this.#view.detail.element.open) return;
      this.#view.box.focus();
      this.#view.box.select();
    });
    this.#address.connect();
    this.#show(this.#session.getState());
    this.#session.resume();
    if (this.#address.query !== '') this.#travel(this.#address.query);
    const { activeElement } = this.ownerDocument;
    if (this.autofocus && (activeElement === null || activeElement === this.ownerDocument.body)) {
      this.#view.box.focus({ preventScroll: true });
    }
  }

  disconnectedCallback(): void {
    this.#releaseSlash();
    this.#address.disconnect();
    this.#session.stop();
  }

  attributeChangedCallback(name: string, before: string | null, value: string | null): void {
    if (name === 'placeholder') this.#view.box.placeholder = value ?? PLACEHOLDER;
    else if (name === 'suggestions') this.#view.suggestions.enabled = value !== 'none';
    else if (name === 'lang') void this.#speak();
    else if (name === 'filter') this.#narrow(before !== value);
    else if (this.#session.getState().status === 'idle') this.#show(this.#session.getState());
  }

  /** The text in the line. */
  get query(): string {
    return this.#view.box.value;
  }

  /** Writes into the line without searching. */
  set query(text: string) {
    this.#view.box.value = text;
  }

  /** The texts in a language that the service does not have, by their English; a text that is missing stays English. */
  get texts(): Texts | undefined {
    return this.#texts;
  }

  set texts(texts: Texts | null | undefined) {
    this.#texts = texts ?? undefined;
    void this.#speak();
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
    this.#view.box.value = query;
    this.#session.search(query);
  }

  override focus(options?: FocusOptions): void {
    this.#view.box.focus(options);
  }

  get #endpoint(): URL {
    return (
      addressOf(this, 'endpoint') ?? SearchElement.defaultEndpoint ?? new URL('/v1/search', this.baseURI)
    );
  }

  /** All that is seen, in one language. */
  #build() {
    const say = this.#say;
    const box = new SearchBox(
      { label: say('What happens in the image'), submit: say('Search') },
      {
        onType: (text) => this.#session.type(text),
        onSubmit: (text) => this.#choose(text),
        onDown: () => this.#view.results.grid.focus(0),
      },
    );
    box.placeholder = this.getAttribute('placeholder') ?? PLACEHOLDER;
    const suggestions = new SuggestionList(say, box, {
      recent: () => this.#recent,
      examples: () => this.#examples.flat(),
      onPick: (sentence) => this.#choose(sentence),
    });
    suggestions.enabled = this.suggestions !== 'none';
    const results = new ResultsView(say, {
      onOpen: (hits, index, position) => this.#open(hits, index, position),
      onLeaveUp: () => this.#view.box.focus(),
      onExample: (query) => this.#choose(query),
      onMore: () => void this.#more(),
      onRetry: () => this.#session.retry(),
    });
    const detail = new Detail(say, (hit) => this.#view.results.grid.focusOn(hit));
    const { language } = say;
    const shown = element(
      'div',
      { class: 'root', lang: language, dir: directionOf(language) },
      box.element,
      results.element,
      detail.element,
    );
    return { element: shown, box, suggestions, results, detail };
  }

  /** Shows everything in the language of the element or the page, once its texts are there. */
  async #speak(): Promise<void> {
    if (!this.isConnected) return;
    const given = this.#texts;
    const language = languageOf(this);
    const texts = given ?? (await loadTexts(language, SearchElement.defaultEndpoint ?? this.#endpoint));
    const now = this.#texts === given && languageOf(this) === language;
    const spoken = texts || language.startsWith('en') ? language : 'en';
    if (!now || (this.#say.language === spoken && this.#told === texts)) return;
    this.#told = texts;
    this.#say = speak(spoken, texts ?? {});
    const { element: before, box } = this.#view;
    const focused = box.input.matches(':focus');
    this.#view = this.#build();
    this.#view.box.value = box.value;
    before.replaceWith(this.#view.element);
    if (focused) this.#view.box.focus();
    this.#show(this.#session.getState());
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
    this.#view.detail.element.close();
    this.#session.retry();
  }

  /** Follows the address; if its query is already shown, it stays with all its pages. */
  #travel(query: string): void {
    if (query === (queryOf(this.#session.getState()) ?? '')) return;
    this.#view.detail.element.close();
    this.#view.box.value = query;
    if (query === '') this.#session.reset();
    else this.#session.search(query);
  }

  #show(state: SearchState): void {
    this.#view.results.show(state, {
      endpoint: this.#endpoint,
      examples: this.#examples,
      explain: addressOf(this, 'explain'),
    });
    if (!('results' in state)) return;
    this.#view.detail.update(state.results);
    if (state.results.provisional || state.results.more === 'loading') return;
    const { query, stage, degraded, hits } = state.results;
    this.#tell<ResultsDetail>('gsmn-results', { query, stage, degraded, hits });
  }

  #open(hits: readonly SearchHit[], index: number, position: number): void {
    const state = this.#session.getState();
    const results = 'results' in state ? state.results : 'previous' in state ? state.previous : undefined;
    const hit = hits[index];
    if (results === undefined || hit === undefined) return;
    if (this.#tell<SelectDetail>('gsmn-select', { hit, position })) {
      this.#view.detail.open({ ...results, hits }, index, this.#endpoint);
    }
  }

  async #more(): Promise<void> {
    const state = this.#session.getState();
    const before = 'results' in state ? state.results.hits.length : 0;
    await this.#session.more();
    // Moves to the first new image for keyboard users; the button has moved out of view.
    this.#view.results.grid.focus(before);
  }

  /** Returns whether no listener prevented the default. */
  #tell<T>(name: string, detail: T): boolean {
    return this.dispatchEvent(
      new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }),
    );
  }
}
