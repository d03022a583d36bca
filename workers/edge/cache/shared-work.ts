import { unlessAborted } from '../../../shared/async/deadline.ts';

interface Running<T, E> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  readonly began: number;
  waiting: number;
  /** What it has told so far, and who wants to know. */
  readonly told: E[];
  readonly listeners: Set<(event: E) => void>;
}

/** Begins work. */
export type Begin<T, E> = (signal: AbortSignal, tell: (event: E) => void) => Promise<T>;

/** Work that is older is not joined: Workers may have ended it with the request that began it. */
const LOST_MS = 60_000;

/**
 * Work that callers who want the same at the same time share. It is aborted when all of them have left, and not before: that one leaves
 * changes nothing for the others. While it runs it may tell something, which everyone gets who wants it, also those who come later.
 */
export class SharedWork<T, E = never> {
  readonly #running = new Map<string, Running<T, E>>();

  /** Kinds of work that run now. */
  get size(): number {
    return this.#running.size;
  }

  /**
   * The result of the work with this key, which begins if it does not run.
   *
   * @param begin gets the signal of all who wait, and a function that tells them something
   * @param keep lets the work continue when the request that began it has ended
   * @throws the reason of `signal`; what the work throws, for everyone who waits
   */
  async join(
    key: string,
    signal: AbortSignal,
    begin: Begin<T, E>,
    keep: (work: Promise<unknown>) => void,
    onTold: (event: E) => void = () => {},
  ): Promise<{ readonly result: T; readonly joined: boolean }> {
    signal.throwIfAborted();
    const present = this.#running.get(key);
    const joined = present !== undefined && performance.now() - present.began < LOST_MS;
    const running = joined ? present : this.#begin(key, begin, keep);
    running.waiting++;
    for (const event of running.told) onTold(event);
    // One for each caller, though callers may pass the same function.
    const listener = (event: E): void => onTold(event);
    running.listeners.add(listener);
    try {
      return { result: await unlessAborted(running.result, signal), joined };
    } finally {
      running.listeners.delete(listener);
      running.waiting--;
      if (running.waiting === 0) {
        this.#remove(key, running);
        // Nothing happens if it has ended.
        running.controller.abort(signal.reason);
      }
    }
  }

  #begin(key: string, begin: Begin<T, E>, keep: (work: Promise<unknown>) => void): Running<T, E> {
    const controller = new AbortController();
    const told: E[] = [];
    const listeners = new Set<(event: E) => void>();
    const result = begin(controller.signal, (event) => {
      told.push(event);
      for (const listener of listeners) listener(event);
    });
    const running = { result, controller, began: performance.now(), waiting: 0, told, listeners };
    this.#running.set(key, running);
    const end = (): void => this.#remove(key, running);
    keep(result.then(end, end));
    return running;
  }

  #remove(key: string, running: Running<T, E>): void {
    if (this.#running.get(key) === running) this.#running.delete(key);
  }
}
