import type { LinearMemory } from './linear-memory.ts';

/** Memory for words: at D 1024 and two directions 341 of them, with which most sentences are made. */
const BYTES = 8 * 2 ** 20;

/** Inputs of all gates of the words that were used last, so that a query of common words skips most of their product. */
export class ProjectedWords {
  readonly #memory: LinearMemory;
  readonly #rowBytes: number;
  /** Addresses by word id, the one longest unused first. */
  readonly #rows = new Map<number, number>();
  readonly #free: number[];

  /**
   * Takes its memory for good.
   * @param columns numbers of a word
   * @throws AppError `memory_exhausted`
   */
  constructor(memory: LinearMemory, columns: number, vocabularySize: number) {
    this.#memory = memory;
    this.#rowBytes = 4 * columns;
    const count = Math.min(vocabularySize, Math.floor(BYTES / this.#rowBytes));
    const address = memory.take(count * this.#rowBytes);
    this.#free = Array.from({ length: count }, (_, row) => address + row * this.#rowBytes);
  }

  /** Address of a word's row, or undefined; it stays good until words are kept. */
  find(id: number): number | undefined {
    const row = this.#rows.get(id);
    if (row === undefined) return undefined;
    this.#rows.delete(id);
    this.#rows.set(id, row);
    return row;
  }

  /** Copies the row of a word that is not there, in the place of the one longest unused if need be. */
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
