type Entry = 'read' | 'write' | 'prepare';

interface Waiting {
  readonly entry: Entry;
  readonly enter: () => void;
}

/**
 * Readers run together, a writer runs alone, in the order in which they came. So a reader that works in slices sees one
 * state of the store. A writer that must first look for points prepares: readers may run with it, also those that came
 * after writers which wait for it, and it runs alone only to make its change. Other writers wait from its beginning to
 * its end, so it changes the points that it found.
 */
export class Gate {
  readonly #waiting: Waiting[] = [];
  #readers = 0;
  #writing = false;
  #preparing = false;
  /** A prepared writer that waits for the readers to end. */
  #prepared: (() => void) | undefined;

  get running(): number {
    return this.#readers + Number(this.#writing) + Number(this.#preparing);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Throws the signal's reason if it is aborted while waiting. */
  read<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#pass('read', signal, work);
  }

  /** Throws the signal's reason if it is aborted while waiting. */
  write<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#pass('write', signal, work);
  }

  /**
   * Work that first looks at the store while others read it, then calls `alone`, and then writes. Both throw the signal's
   * reason if it is aborted while waiting.
   */
  prepare<T>(signal: AbortSignal, work: (alone: () => Promise<void>) => Promise<T>): Promise<T> {
    return this.#pass('prepare', signal, () => work(() => this.#alone(signal)));
  }

  async #pass<T>(entry: Entry, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#enter(entry, signal);
    try {
      return await work();
    } finally {
      if (entry === 'read') this.#readers--;
      else this.#writing = this.#preparing = false;
      this.#admit();
    }
  }

  /** From here on no reader enters; those that run may end. */
  async #alone(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#writing = true;
    this.#preparing = false;
    if (this.#readers === 0) return;
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#prepared = undefined;
        reject(signal.reason);
      };
      this.#prepared = () => {
        this.#prepared = undefined;
        signal.removeEventListener('abort', leave);
        resolve();
      };
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  async #enter(entry: Entry, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const first = this.#waiting.length === 0 || (entry === 'read' && this.#preparing);
    if (first && this.#open(entry)) {
      this.#count(entry);
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
        entry,
        enter: () => {
          signal.removeEventListener('abort', leave);
          this.#count(entry);
          resolve();
        },
      };
      this.#waiting.push(waiting);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #open(entry: Entry): boolean {
    if (this.#writing) return false;
    if (entry === 'read') return true;
    return !this.#preparing && (entry === 'prepare' || this.#readers === 0);
  }

  #count(entry: Entry): void {
    if (entry === 'write') this.#writing = true;
    else if (entry === 'prepare') this.#preparing = true;
    else this.#readers++;
  }

  #admit(): void {
    if (this.#readers === 0) this.#prepared?.();
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      next.enter();
    }
  }

  #next(): Waiting | undefined {
    // Everything else that waits is waiting for the preparation, so readers need not wait.
    const next = this.#preparing ? this.#waiting.find(({ entry }) => entry === 'read') : this.#waiting[0];
    return next !== undefined && this.#open(next.entry) ? next : undefined;
  }
}
