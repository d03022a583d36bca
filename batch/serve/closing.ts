import { AppError } from '../../shared/errors/index.ts';

/** Something that was started, and how to end it. */
export interface Part {
  close(): Promise<void>;
}

/** A part that responds to requests. */
export interface Service extends Part {
  readonly url: string;
  /** Of a part that may end by itself: rejects when it has ended and cannot be started again. */
  readonly ended?: Promise<void> | undefined;
}

/** The running parts, in the order in which they were started; they end in reverse order. */
export class Parts {
  readonly #running: { readonly name: string; readonly close: () => Promise<void> }[] = [];

  /** Registers a part that has just started, and returns it. */
  add<T extends Part>(name: string, part: T): T {
    this.#running.push({ name, close: () => part.close() });
    return part;
  }

  /**
   * Ends every part, the last one first. A part that fails to end does not keep the others running.
   *
   * @throws AppError `internal` that names the parts that could not be ended.
   */
  async close(): Promise<void> {
    const failed: { readonly name: string; readonly cause: unknown }[] = [];
    for (const { name, close } of this.#running.splice(0).reverse()) {
      try {
        await close();
      } catch (cause) {
        failed.push({ name, cause });
      }
    }
    if (failed.length === 0) return;
    throw new AppError('internal', `could not be ended: ${failed.map(({ name }) => name).join(', ')}`, {
      cause: new AggregateError(failed.map(({ cause }) => cause)),
    });
  }
}
