const PARAMETER = 'q';

/**
 * The query in the page's own address, `?q=…`, so that it can be linked to and works with the back button. The
 * attribute `url-query` of the host enables it, `url-parameter` renames the parameter.
 */
export class AddressBar {
  readonly #host: Element;
  readonly #listen: () => void;
  /** The host's address. A page that shares the document with others (with a router) may use the parameter differently. */
  #path = '';
  #typing = false;
  #warned = false;

  /** `onTravel` is called with the query of the history entry that the user went to; it may be the current one. */
  constructor(host: Element, onTravel: (query: string) => void) {
    this.#host = host;
    this.#listen = () => {
      if (!this.#parameter || location.pathname !== this.#path) return;
      onTravel(this.query);
      this.#typing = false;
    };
  }

  /** Empty if there is none, or if the host does not keep it in the address. */
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

  /** One entry in the history for a sentence, not one for each pause in typing. */
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
      // The state belongs to the page: its router may need it for going back.
      if (this.#typing) history.replaceState(history.state, '', address);
      else history.pushState(history.state, '', address);
      this.#path = address.pathname;
    } catch (error) {
      // A frame may have no address of its own, and browsers limit the rate of changes. The search continues without
      // it.
      if (!this.#warned) console.warn('gsmn: url-query cannot write the address', error);
      this.#warned = true;
    }
  }

  /** The parameter's name; undefined if the query is not kept in the address. */
  get #parameter(): string | undefined {
    const host = this.#host;
    return host.hasAttribute('url-query') ? host.getAttribute('url-parameter') || PARAMETER : undefined;
  }
}
