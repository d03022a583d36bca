const MOST = 20;

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** What was searched for in this browser, the latest first. It stays here: nothing of it is sent. */
export class RecentQueries {
  readonly #name: () => string;
  readonly #storage: () => Shelf;

  /** `name` tells the searches of one site apart. */
  constructor(name: () => string, storage = (): Shelf => localStorage) {
    this.#name = name;
    this.#storage = storage;
  }

  get list(): readonly string[] {
    try {
      const kept: unknown = JSON.parse(this.#storage().getItem(this.#name()) ?? '[]');
      return Array.isArray(kept) ? kept.filter((query) => typeof query === 'string').slice(0, MOST) : [];
    } catch {
      // A frame or a person may allow no storage, and other scripts of the page can write there.
      return [];
    }
  }

  add(query: string): void {
    const list = [query, ...this.list.filter((other) => other !== query)].slice(0, MOST);
    this.#write((storage) => storage.setItem(this.#name(), JSON.stringify(list)));
  }

  forget(): void {
    this.#write((storage) => storage.removeItem(this.#name()));
  }

  #write(act: (storage: Shelf) => void): void {
    try {
      act(this.#storage());
    } catch {
      // No storage, or it is full: the search works without.
    }
  }
}
