import {
  createSearchSession,
  getSearch,
  PAGE_HITS,
  queryOf,
  type SearchHit,
  type SearchResults,
  type SearchState,
} from '../clients/search/index.ts';
import { AddressBar } from './address/address-bar.ts';
import { addressOf } from './address/page-address.ts';
import { namedRouter, type Router } from './address/router.ts';
import { SearchBox } from './box/search-box.ts';
import { onSlash } from './box/slash-key.ts';
import { ClickBeacon } from './click-beacon.ts';
import { DetailPart } from './detail/detail-part.ts';
import { element } from './dom/element.ts';
import { adoptProperties, reflect } from './dom/reflect.ts';
import { type FacetValue, facetFilter, facetNames } from './facets/facet-filter.ts';
import { FacetsPart } from './facets/facets-part.ts';
import { NearPart } from './near/near-part.ts';
import { ResultsView } from './results/results-view.ts';
import { stylesheet } from './styles/stylesheet.ts';
import { SuggestionsPart } from './suggestions/suggestions-part.ts';
import { directionOf, languageOf, loadTexts } from './texts/load-texts.ts';
import { speak, type Texts } from './texts/say.ts';
import { type Examples, parseExamples } from './words/examples.ts';

const PAGE_SIZE = 20;
const PLACEHOLDER = 'Two dogs chase a ball along the beach';
const EXAMPLES =
  'a child in a red coat feeds a horse || two people ride one bicycle || a dog catches a ball in the air';

/** `gsmn-results`: an answer, or more of it, is shown. */
export interface ResultsDetail
  extends Pick<SearchResults, 'query' | 'stage' | 'degraded' | 'match' | 'filtered' | 'facets' | 'hits'> {}

/** `gsmn-select`: an image was chosen; `preventDefault()` keeps its detail view closed. `position` counts the cards from 1; an image that another one stands for has its. */
export interface SelectDetail {
  readonly hit: SearchHit;
  readonly position: number;
}

/** `<gsmn-search>`: see README.md for its attributes, events, parts and properties. */
export class SearchElement extends HTMLElement {
  static readonly observedAttributes = [
    'label',
    'placeholder',
    'examples',
    'explain',
    'suggestions',
    'lang',
    'router',
    'url-parameter',
    'query',
    'endpoint',
    'limit',
    'uncollapsed',
    'filter',
    'facets',
  ];
  /** The default of the `endpoint` attribute. */
  static defaultEndpoint: URL | undefined;

  static {
    reflect(SearchElement, ['label', 'explain', 'filter', 'facets', 'suggestions'], ['uncollapsed']);
  }
  declare endpoint: string;
  declare label: string;
  declare searchKey: string;
  declare placeholder: string;
  declare examples: string;
  declare explain: string;
  declare filter: string;
  declare facets: string;
  declare suggestions: string;
  declare urlParameter: string;
  declare uncollapsed: boolean;

  #say = speak('en', {});
  #texts: Texts | undefined;
  /** The texts that are shown, if they are not English. */
  #told: Texts | undefined;
  #view = this.#build();
  readonly #clicks = new ClickBeacon();
  readonly #session = createSearchSession({
    search: ({ q, after, signal, onRecall }) => {
      const { endpoint, near, ...settings } = this.#settings;
      this.#asked = JSON.stringify(this.#settings);
      const transport = { key: this.searchKey, fetch: this.#clicks.fetch };
      const asked = { q, after, signal, onRecall, ...settings };
      if (near === '') return getSearch(endpoint, asked, transport);
      return this.#view.near.search(near, endpoint, asked, transport, () => {
        this.#near = { ...this.#near, text: '', gone: true };
        this.#asked = JSON.stringify(this.#settings);
        this.#address.write(asked.q, false, '', true);
      });
    },
  });
  readonly #address = new AddressBar((query, near) => this.#travel(query, near));
  readonly #chosen = new Map<string, FacetValue>();
  /** The images that the search for a query goes by, as the address has them; `gone` if the index had them no more. */
  #near = { query: '', text: '', gone: false };
  #router: Router | undefined;
  /** What was last searched with. */
  #asked = '';
  /** The query that an attribute asks for, until it is searched for. */
  #wanted: string | undefined;
  #settling = false;
  /** What the page was told of. */
  #shown: SearchResults | undefined;
  #releaseSlash: () => void = () => {};

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [stylesheet()];
    root.append(this.#view.element);
    this.#session.subscribe((state) => {
      // A search that starts, and a line that was emptied.
      if (state.status === 'searching') {
        const { query, text } = this.#near;
        this.#near = { query: state.query, text: query === state.query ? text : '', gone: false };
        this.#address.write(state.query, state.typed, this.#near.text);
      } else if (state.status === 'idle') this.#address.write('', true, '');
      this.#show(state);
    });
  }

  connectedCallback(): void {
    adoptProperties(this);
    const { box } = this.#view;
    // What someone wrote into the form for pages without a script, before there was one.
    box.value ||= this.querySelector<HTMLInputElement>('input[name=q]')?.value ?? '';
    void this.#speak();
    this.#releaseSlash = onSlash(() => {
      if (this.#view.detail.isOpen) return;
      this.#view.box.focus();
      this.#view.box.select();
    });
    this.#address.connect(this.#router ?? namedRouter(this));
    this.#show(this.#session.getState());
    this.#session.resume();
    if (this.#address.query !== '') this.#wanted = this.#address.query;
    this.#settle();
    const { activeElement } = this.ownerDocument;
    if (this.autofocus && (activeElement === null || activeElement === this.ownerDocument.body)) {
      this.#view.box.focus({ preventScroll: true });
    }
  }

  disconnectedCallback(): void {
    this.#releaseSlash();
    this.#address.disconnect();
    this.#session.stop();
    this.#view.detail.close();
  }

  attributeChangedCallback(name: string, _before: string | null, value: string | null): void {
    const { box, suggestions } = this.#view;
    if (name === 'label') box.element.ariaLabel = value;
    else if (name === 'placeholder') box.placeholder = value ?? PLACEHOLDER;
    else if (name === 'suggestions') suggestions.enabled = value !== 'none';
    else if (name === 'lang') void this.#speak();
    else if (name === 'query') this.#wanted = box.value = value ?? '';
    else if (this.isConnected && /^router|url/.test(name))
      this.#address.connect(this.#router ?? namedRouter(this));
    this.#settle();
  }

  /** The text in the line. */
  get query(): string {
    return this.#view.box.value;
  }

  /** Writes into the line, and searches for it if that is not what is shown. */
  set query(text: string | null | undefined) {
    this.setAttribute('query', text ?? '');
  }

  /** The site's own router, or the name of one. */
  get router(): Router | string {
    return this.#router ?? this.getAttribute('router') ?? '';
  }

  set router(router: Router | string | null | undefined) {
    this.#router = typeof router === 'object' ? (router ?? undefined) : undefined;
    if (typeof router === 'string') this.setAttribute('router', router);
    else this.removeAttribute('router');
    if (this.isConnected) this.#address.connect(this.#router ?? namedRouter(this));
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
    return given >= 1 ? Math.min(given, PAGE_HITS) : PAGE_SIZE;
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
    box.element.ariaLabel = this.getAttribute('label');
    box.placeholder = this.getAttribute('placeholder') ?? PLACEHOLDER;
    const suggestions = new SuggestionsPart(say, box, {
      shelf: () => `gsmn-search ${this.#endpoint}`,
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
    const detail = new DetailPart(say, (hit) => this.#view.results.grid.focusOn(hit));
    const facets = new FacetsPart(say, (field, value) => {
      if (this.#chosen.get(field) === value) this.#chosen.delete(field);
      else this.#chosen.set(field, value);
      this.#settle();
    });
    const near = new NearPart(
      say,
      (add) => results.grid.adorn(add),
      (text) => {
        this.#near = { ...this.#near, text };
        this.#settle();
      },
    );
    const { language } = say;
    const shown = element(
      'div',
      { class: 'root', lang: language, dir: directionOf(language) },
      box.element,
      element('slot', { name: 'controls' }),
      facets.element,
      near.element,
      results.element,
      detail.element,
    );
    return { element: shown, box, suggestions, facets, near, results, detail };
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
    if (this.suggestions !== 'none' && query.trim() !== '')
      void this.#view.suggestions.remember(query.trim());
    this.search(query);
  }

  /** With what is searched. */
  get #settings() {
    return {
      endpoint: this.#endpoint,
      near: this.#near.text,
      limit: this.limit,
      collapse: !this.uncollapsed,
      filter: facetFilter(this.filter, this.#chosen),
      facets: facetNames(this.facets),
    };
  }

  /** However many attributes have changed, and whatever to: one search if something else is asked for now. */
  #settle(): void {
    if (this.#settling || !this.isConnected) return;
    this.#settling = true;
    queueMicrotask(() => {
      this.#settling = false;
      if (!this.isConnected) return;
      const state = this.#session.getState();
      const query = this.#wanted;
      this.#wanted = undefined;
      const other = JSON.stringify(this.#settings) !== this.#asked;
      if (query !== undefined && query.trim() !== (queryOf(state) ?? '')) {
        const { query: addressed, near } = this.#address;
        this.#travel(query.trim(), addressed === query ? near : '');
      } else if (queryOf(state) === undefined || !other) this.#show(state);
      else {
        this.#view.detail.close();
        this.#session.retry();
      }
    });
  }

  /** Follows the address; if its query is already shown, it stays with all its pages. */
  #travel(query: string, near: string): void {
    if (query === (queryOf(this.#session.getState()) ?? '') && near === this.#near.text) return;
    this.#near = { query, text: near, gone: false };
    this.#view.detail.close();
    this.#view.box.value = query;
    if (query === '') this.#session.reset();
    else this.#session.search(query);
  }

  #show(state: SearchState): void {
    const results = 'results' in state ? state.results : 'previous' in state ? state.previous : undefined;
    void this.#view.facets.show(results?.facets ?? {}, this.#chosen);
    const { text, gone } = this.#near;
    const endpoint = this.#endpoint;
    this.#view.near.show({ near: text, gone, results, endpoint });
    this.#view.results.show(state, {
      endpoint,
      examples: this.#examples,
      onUnfilter:
        this.#chosen.size === 0
          ? undefined
          : () => {
              this.#chosen.clear();
              this.#settle();
            },
      explain: addressOf(this, 'explain'),
    });
    if (!('results' in state)) return;
    this.#view.detail.update(state.results);
    const { query, stage, degraded, match, filtered, facets, hits, more, provisional } = state.results;
    if (provisional || more === 'loading' || state.results === this.#shown) return;
    this.#shown = state.results;
    if (hits.length > 0) this.#view.detail.preload();
    this.#tell<ResultsDetail>('gsmn-results', { query, stage, degraded, match, filtered, facets, hits });
  }

  #open(hits: readonly SearchHit[], index: number, position: number): void {
    const state = this.#session.getState();
    const results = 'results' in state ? state.results : 'previous' in state ? state.previous : undefined;
    const hit = hits[index];
    if (results === undefined || hit === undefined) return;
    this.#clicks.send(this.#endpoint, position);
    if (this.#tell<SelectDetail>('gsmn-select', { hit, position })) {
      const open = () => this.#view.detail.open({ ...results, hits }, index, this.#endpoint);
      this.#view.results.grid.opening(hit, open);
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
