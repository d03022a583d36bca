import type { LinearMemory } from './linear-memory.ts';

/** Memory for words: at D 1024 with two directions it holds 341, enough for the words of most sentences. */
const BYTES = 8 * 2 ** 20;

/** Inputs of all gates for the most recently used words, so that a query of common words skips most of this product. */
export class ProjectedWords {
  readonly #memory: LinearMemory;
  readonly #rowBytes: number;
  /** Addresses by word id, the least recently used first. */
  readonly #rows = new Map<number, number>();
  readonly #free: number[];

  /**
   * Allocates its memory permanently.
   * @param columns numbers for each word
   * @throws AppError `memory_exhausted`
   */
  constructor(memory: LinearMemory, columns: number, vocabularySize: number) {
    this.#memory = memory;
    this.#rowBytes = 4 * columns;
    const count = Math.min(vocabularySize, Math.floor(BYTES / this.#rowBytes));
    const address = memory.take(count * this.#rowBytes);
    this.#free = Array.from({ length: count }, (_, row) => address + row * this.#rowBytes);
  }

  /** Address of a word's row, or undefined. It is valid until words are kept. */
  find(id: number): number | undefined {
    const row = this.#rows.get(id);
    if (row === undefined) return undefined;
    this.#rows.delete(id);
    this.#rows.set(id, row);
    return row;
  }

  /** Copies the row of a word that is not kept yet, in place of the least recently used one if necessary. */
  keep(id: number, row: number): void {
    const place = this.#free.pop() ?? this.#oldest();
    if (place === undefined) return;
    new Uint8Array(this.#memory.memory.buffer).copyWithin(place, row, row + this.#rowBytes);
    this.#rows.set(id, place);
  }

  #oldest(): number | undefined {
    for (const [id, row] of this.#rows) {
      this.#rows.delete(id);
      return row;
    }
    return undefined;
  }
}
