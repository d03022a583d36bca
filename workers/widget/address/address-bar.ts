const PARAMETER = 'q';

/**
 * The query in the page's own address, `?q=…`, so that it can be linked to and left with the back button. The attribute
 * `url-query` of the host switches it on, `url-parameter` gives the parameter another name.
 */
export class AddressBar {
  readonly #host: Element;
  readonly #listen: () => void;
  /** Where the host is. A page that shares the document with others (a router's) may have another meaning of the parameter. */
  #path = '';
  #typing = false;
  #warned = false;

  /** `onTravel` is called with the query of the history entry that someone went to; it may be the one that is shown. */
  constructor(host: Element, onTravel: (query: string) => void) {
    this.#host = host;
    this.#listen = () => {
      if (!this.#parameter || location.pathname !== this.#path) return;
      onTravel(this.query);
      this.#typing = false;
    };
  }

  /** Empty without one, and where the host does not keep it in the address. */
  get query(): string {
    const parameter = this.#parameter;
    return (parameter && new URLSearchParams(location.search).get(parameter)?.trim()) || '';
  }

  connect(): void {
    this.#path = location.pathname;
    addEventListener('popstate', this.#listen);
  }

  disconnect(): void {
    removeEventListener('popstate', this.#listen);
  }

  /** One entry of the history for a sentence, not one for each pause while it was typed. */
  write(query: string, typed: boolean): void {
    const parameter = this.#parameter;
    if (parameter === undefined) return;
    if (this.query !== query) {
      const address = new URL(location.href);
      if (query === '') address.searchParams.delete(parameter);
      else address.searchParams.set(parameter, query);
      this.#enter(address);
    }
    this.#typing = typed;
  }

  #enter(address: URL): void {
    try {
      // The state is the page's own: its router may keep in it what it needs to go back.
      if (this.#typing) history.replaceState(history.state, '', address);
      else history.pushState(history.state, '', address);
      this.#path = address.pathname;
    } catch (error) {
      // A frame may have no address of its own, and browsers limit how often it changes. The search goes on without.
      if (!this.#warned) console.warn('gsmn: url-query cannot write the address', error);
      this.#warned = true;
    }
  }

  /** The parameter's name; undefined where the query is not kept in the address. */
  get #parameter(): string | undefined {
    const host = this.#host;
    return host.hasAttribute('url-query') ? host.getAttribute('url-parameter') || PARAMETER : undefined;
  }
}
