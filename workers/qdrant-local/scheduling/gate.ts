interface Waiting {
  readonly writes: boolean;
  readonly enter: () => void;
}

/**
 * Readers run together, a writer runs alone, in the order in which they came. So a reader that works in slices sees one
 * state of the store, and a writer that first looks for points changes the points that it found.
 */
export class Gate {
  readonly #waiting: Waiting[] = [];
  #readers = 0;
  #writing = false;

  get running(): number {
    return this.#readers + Number(this.#writing);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Throws the signal's reason if it is aborted while waiting. */
  read<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#pass(false, signal, work);
  }

  /** Throws the signal's reason if it is aborted while waiting. */
  write<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#pass(true, signal, work);
  }

  async #pass<T>(writes: boolean, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#enter(writes, signal);
    try {
      return await work();
    } finally {
      if (writes) this.#writing = false;
      else this.#readers--;
      this.#admit();
    }
  }

  async #enter(writes: boolean, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiting.length === 0 && this.#open(writes)) {
      this.#count(writes);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        // Readers behind a writer that leaves may enter.
        this.#admit();
        reject(signal.reason);
      };
      const waiting: Waiting = {
        writes,
        enter: () => {
          signal.removeEventListener('abort', leave);
          this.#count(writes);
          resolve();
        },
      };
      this.#waiting.push(waiting);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #open(writes: boolean): boolean {
    return !this.#writing && (!writes || this.#readers === 0);
  }

  #count(writes: boolean): void {
    if (writes) this.#writing = true;
    else this.#readers++;
  }

  #admit(): void {
    for (let [next] = this.#waiting; next !== undefined && this.#open(next.writes); [next] = this.#waiting) {
      this.#waiting.shift();
      next.enter();
    }
  }
}
