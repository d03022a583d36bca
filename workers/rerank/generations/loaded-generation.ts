import type { SearchGeneration } from '../../../shared/search/search-generation.ts';

/** A generation that serves requests. It is closed when it was retired and its last user has left. */
export class LoadedGeneration {
  readonly search: SearchGeneration;
  #users = 0;
  #retired = false;

  constructor(search: SearchGeneration) {
    this.search = search;
  }

  get id(): string {
    return this.search.manifest.id;
  }

  /** Memory for images and queries, in bytes. */
  get bytes(): number {
    return this.search.images.status.bytes + this.search.queries.cachedBytes;
  }

  /** Lets a request use the generation; the returned function ends this, once. */
  retain(): () => Promise<void> {
    this.#users++;
    let left = false;
    return async () => {
      if (left) return;
      left = true;
      this.#users--;
      await this.#disposeWhenUnused();
    };
  }

  /** There will be no further requests. */
  async retire(): Promise<void> {
    if (this.#retired) return;
    this.#retired = true;
    await this.#disposeWhenUnused();
  }

  async #disposeWhenUnused(): Promise<void> {
    if (this.#retired && this.#users === 0) await this.search.dispose();
  }
}
