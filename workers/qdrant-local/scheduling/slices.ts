import { yieldToEventLoop } from '../../../shared/model/long-work.ts';

/** Milliseconds of work before other requests are handled. */
const SLICE_MS = 5;

/** The work of one request, cut into slices. Between them other requests are handled, and an aborted request ends. */
export class Slices {
  readonly signal: AbortSignal;
  #end = performance.now() + SLICE_MS;

  constructor(signal: AbortSignal) {
    this.signal = signal;
  }

  /** Whether the slice is used up: then `pause` before going on. */
  get due(): boolean {
    return performance.now() >= this.#end;
  }

  /** The results for all items, in their order, with pauses between them. */
  async map<Item, Result>(items: readonly Item[], work: (item: Item) => Result): Promise<Result[]> {
    const results: Result[] = [];
    for (const item of items) {
      if (this.due) await this.pause();
      results.push(work(item));
    }
    return results;
  }

  /** Lets other requests be handled. Throws the signal's reason once the request is aborted or late. */
  async pause(): Promise<void> {
    await this.rest();
    this.signal.throwIfAborted();
  }

  /** The same for work that must be completed, also if the request is aborted. */
  async rest(): Promise<void> {
    await yieldToEventLoop();
    this.#end = performance.now() + SLICE_MS;
  }
}
