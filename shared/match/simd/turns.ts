import { AppError } from '../../errors/index.ts';
import { assertNotAborted, yieldToEventLoop } from '../../model/index.ts';

/** How long the calling thread works in one go, for all that is under way together, in milliseconds. */
const SLICE_MS = 4;

/** Shares the calling thread among all work of a matcher and whatever else the event loop has to do. */
export class Turns {
  #underWay = 0;
  #ended = false;

  /**
   * Calls `work` for the numbers below `count`, in slices between which others get their turn, also before the first.
   * All work under way has its slice in one round of the event loop, so that each slice is a part of the whole. Where the
   * clock stands still while something computes, as in workerd, there is one slice.
   * @throws AppError `cancelled`, also after `end`, and what `work` throws
   */
  async each(count: number, signal: AbortSignal | undefined, work: (index: number) => void): Promise<void> {
    this.#underWay++;
    try {
      for (let index = 0; index < count; ) {
        await yieldToEventLoop();
        assertNotAborted(signal);
        this.assertGoingOn();
        const end = performance.now() + SLICE_MS / this.#underWay;
        do work(index++);
        while (index < count && performance.now() < end);
      }
    } finally {
      this.#underWay--;
    }
  }

  /** Ends all work at its next turn. */
  end(): void {
    this.#ended = true;
  }

  /** @throws AppError `cancelled` after `end` */
  assertGoingOn(): void {
    if (this.#ended) throw new AppError('cancelled', 'the matcher was disposed of while it worked');
  }
}
