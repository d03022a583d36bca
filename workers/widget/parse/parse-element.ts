import { requestParse, SearchProblem } from '../../clients/search/index.ts';
import { AddressBar } from '../address/address-bar.ts';
import { addressOf } from '../address/page-address.ts';
import { namedRouter } from '../address/router.ts';
import { SearchBox } from '../box/search-box.ts';
import { onSlash } from '../box/slash-key.ts';
import { adoptProperties, reflect } from '../dom/reflect.ts';
import { parseStylesheet } from '../styles/parse-stylesheet.ts';
import { parseExamples } from '../words/examples.ts';
import { ParseView } from './parse-view.ts';

const TEXTS = { label: 'A sentence', submit: 'Draw' };
const PLACEHOLDER = 'A dog in a red coat chases a ball';
const EXAMPLES = 'a child in a red coat feeds a horse || a brown dog catches the ball that a boy throws';

/**
 * `<gsmn-graph>`: draws the parse of a sentence. Attributes: `endpoint`, `search-key`, `search` (the search page to link to), and
 * `router`, `url-parameter`, `examples`, `placeholder`, `autofocus` like `<gsmn-search>`.
 */
export class ParseElement extends HTMLElement {
  static readonly observedAttributes = ['placeholder', 'examples'];
  /** The default of the `endpoint` attribute. */
  static defaultEndpoint: URL | undefined;

  static {
    reflect(ParseElement, ['search', 'router']);
  }
  declare endpoint: string;
  declare searchKey: string;
  declare placeholder: string;
  declare examples: string;
  declare search: string;
  declare router: string;
  declare urlParameter: string;

  readonly #box = new SearchBox(TEXTS, { onSubmit: (text) => this.explain(text) });
  readonly #view = new ParseView({
    onExample: (query) => this.explain(query),
    onRetry: () => void this.#ask(this.#asked),
  });
  readonly #address = new AddressBar((query) => {
    if (query !== this.#asked) this.#open(query);
  });
  readonly #online = (): void => {
    if (this.#problem?.code === 'offline') void this.#ask(this.#asked);
  };
  #releaseSlash: () => void = () => {};
  #current = new AbortController();
  #asked = '';
  #problem: SearchProblem | undefined;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [parseStylesheet()];
    root.append(this.#box.element, this.#view.element);
    this.#box.placeholder = PLACEHOLDER;
  }

  connectedCallback(): void {
    adoptProperties(this);
    this.#releaseSlash = onSlash(() => {
      this.#box.focus();
      this.#box.select();
    });
    addEventListener('online', this.#online);
    this.#address.connect(namedRouter(this));
    this.#open(this.#address.query || this.#asked);
    if (this.autofocus && this.#asked === '') this.#box.focus({ preventScroll: true });
  }

  disconnectedCallback(): void {
    this.#releaseSlash();
    removeEventListener('online', this.#online);
    this.#address.disconnect();
    this.#current.abort();
  }

  attributeChangedCallback(name: string, _before: string | null, value: string | null): void {
    if (name === 'placeholder') this.#box.placeholder = value ?? PLACEHOLDER;
    else if (this.isConnected && this.#asked === '') this.#start();
  }

  /** Writes a sentence into the line and draws its parse. */
  explain(text: string): void {
    const query = text.trim();
    this.#box.value = query;
    this.#address.write(query, false);
    if (query === '') {
      this.#drop();
      this.#view.empty();
    } else {
      void this.#ask(query);
    }
  }

  /** The sentence in the page's address. */
  #open(query: string): void {
    this.#box.value = query;
    if (query !== '') {
      void this.#ask(query);
      return;
    }
    this.#drop();
    this.#start();
  }

  #start(): void {
    this.#view.start(parseExamples(this.getAttribute('examples') ?? EXAMPLES));
  }

  /** Only the latest sentence counts: an earlier one is aborted and never shown. */
  async #ask(query: string): Promise<void> {
    const signal = this.#drop();
    this.#asked = query;
    this.#view.loading();
    try {
      const parse = await requestParse(this.#endpoint, query, { signal }, { key: this.searchKey });
      if (!signal.aborted) this.#view.parse(query, parse, addressOf(this, 'search'));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof SearchProblem)) throw error;
      this.#problem = error;
      this.#view.failed(error);
    }
  }

  #drop(): AbortSignal {
    this.#current.abort();
    this.#current = new AbortController();
    this.#asked = '';
    this.#problem = undefined;
    return this.#current.signal;
  }

  get #endpoint(): URL {
    return addressOf(this, 'endpoint') ?? ParseElement.defaultEndpoint ?? new URL('/v1/parse', this.baseURI);
  }
}
