import { AppError } from '../../errors/index.ts';
import { assertNotAborted, yieldToEventLoop } from '../../model/index.ts';

/** How long the calling thread works without yielding, for all work under way together, in milliseconds. */
const SLICE_MS = 4;

/** Shares the calling thread between all work of a matcher and everything else in the event loop. */
export class Turns {
  #underWay = 0;
  #ended = false;

  /**
   * Calls `work` for the numbers below `count` in slices and yields to the event loop between them, also before the
   * first. All work under way gets its slice in one round of the event loop, so each slice is a part of the total. If the
   * clock stands still during computation, as in workerd, there is only one slice.
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

  /** Ends all work at its next slice. */
  end(): void {
    this.#ended = true;
  }

  /** @throws AppError `cancelled` after `end` */
  assertGoingOn(): void {
    if (this.#ended) throw new AppError('cancelled', 'the matcher was disposed of while it worked');
  }
}
