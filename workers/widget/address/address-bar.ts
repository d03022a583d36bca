const PARAMETER = 'q';

/** The query in the page's own address, `?q=…`, so that it can be linked to and left with the back button. */
export class AddressBar {
  #typing = false;
  readonly #listen: () => void;

  /** `onTravel` hears the query of the history entry that someone went back or forward to. */
  constructor(onTravel: (query: string) => void) {
    this.#listen = () => {
      onTravel(this.query);
      this.#typing = false;
    };
  }

  get query(): string {
    return new URL(location.href).searchParams.get(PARAMETER)?.trim() ?? '';
  }

  connect(): void {
    addEventListener('popstate', this.#listen);
  }

  disconnect(): void {
    removeEventListener('popstate', this.#listen);
  }

  /** One entry of the history for a sentence, not one for each pause while it was typed. */
  write(query: string, typed: boolean): void {
    const address = new URL(location.href);
    if (this.query !== query) {
      if (query === '') address.searchParams.delete(PARAMETER);
      else address.searchParams.set(PARAMETER, query);
      if (this.#typing) history.replaceState(history.state, '', address);
      else history.pushState(null, '', address);
    }
    this.#typing = typed;
  }
}
