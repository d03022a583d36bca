import type { Fetch } from '../clients/search/index.ts';

/** Beside the search. */
const CLICKS = 'clicks';

/**
 * Tells the service which hit was chosen, if it logs queries: its answers have an id then. Nothing else is sent, and nothing where it does
 * not.
 */
export class ClickBeacon {
  #search: string | null = null;

  /** Notes the id of each answer. */
  readonly fetch: Fetch = async (address, init) => {
    const response = await fetch(address, init);
    this.#search = response.headers.get('x-query-log');
    return response;
  };

  /** @param position of the hit, from 1 */
  send(endpoint: URL, position: number): void {
    if (this.#search === null) return;
    navigator.sendBeacon(new URL(CLICKS, endpoint), JSON.stringify({ search: this.#search, position }));
  }
}
