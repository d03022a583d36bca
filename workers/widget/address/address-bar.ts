import type { Router } from './router.ts';

/** Keeps the query of an element in an address, so that it can be linked to and works with the back button. */
export class AddressBar {
  readonly #onTravel: (query: string, near: string) => void;
  #router: Router | undefined;
  #release: (() => void) | undefined;
  #typing = false;
  #warned = false;

  /** `onTravel` is called with what stands in the address that the user went to; it may be the current one. */
  constructor(onTravel: (query: string, near: string) => void) {
    this.#onTravel = onTravel;
  }

  /** Empty if there is none, or if the element keeps it nowhere. */
  get query(): string {
    return this.#router?.read() ?? '';
  }

  /** The images that the search goes by; empty if there are none, or if the router keeps only queries. */
  get near(): string {
    return this.#router?.readNear?.() ?? '';
  }

  /** Uses this router from now on; undefined keeps the query nowhere. */
  connect(router: Router | undefined): void {
    this.disconnect();
    this.#router = router;
    this.#release = router?.listen(() => {
      this.#onTravel(router.read(), this.near);
      this.#typing = false;
    });
  }

  disconnect(): void {
    this.#release?.();
    this.#router = undefined;
  }

  /** One entry in the history for a sentence, not one for each pause in typing. */
  write(query: string, typed: boolean, near = '', replace = this.#typing): void {
    if (this.#router === undefined) return;
    const kept = this.#router.readNear ? near : '';
    try {
      if (this.query !== query || this.near !== kept) this.#router.write(query, replace, kept);
    } catch (error) {
      // A frame may have no address of its own, and browsers limit the rate of changes. The search continues without
      // it.
      if (!this.#warned) console.warn('gsmn: the router cannot write the address', error);
      this.#warned = true;
    }
    this.#typing = typed;
  }
}
