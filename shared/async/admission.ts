import { AppError } from '../errors/index.ts';
import { Pace } from './pace.ts';

export interface Admittance {
  /** Size of the work, in a unit that is the same for all; 1 by default. */
  readonly cost?: number | undefined;
  /** Refused at once if it is not expected to end within this time, in milliseconds. */
  readonly withinMs?: number | undefined;
  /** Refused after waiting for this time, in milliseconds. */
  readonly waitMs?: number | undefined;
}

/** Work that waits for its turn. */
interface Waiting {
  readonly cost: number;
  readonly enter: () => void;
}

/** Lets a number of requests work at once and some more wait, in order; requests beyond these are refused. */
export class Admission {
  readonly #concurrency: () => number;
  readonly #queueLength: number;
  readonly #waiting: Waiting[] = [];
  readonly #pace = new Pace();
  #running = 0;
  /** Cost of all that runs or waits. */
  #held = 0;

  /** @param concurrency requests that run at once; a function if that changes */
  constructor(concurrency: number | (() => number), queueLength: number) {
    this.#concurrency = typeof concurrency === 'function' ? concurrency : () => concurrency;
    this.#queueLength = queueLength;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Milliseconds until everything that runs or waits now is expected to be done. */
  get expectedMs(): number {
    return this.#pace.expectedMs(this.#held);
  }

  /**
   * Runs the work in its turn. Its place is free again when the work has really ended.
   *
   * @throws AppError `overloaded`, or the signal's reason when it is aborted while waiting.
   */
  async run<T>(signal: AbortSignal, work: () => Promise<T>, admittance: Admittance = {}): Promise<T> {
    const { cost = 1 } = admittance;
    await this.#enter(signal, cost, admittance);
    this.#pace.begin();
    try {
      return await work();
    } finally {
      this.#pace.end(cost);
      this.#held -= cost;
      this.#running--;
      this.#fill();
    }
  }

  async #enter(signal: AbortSignal, cost: number, { withinMs, waitMs }: Admittance): Promise<void> {
    signal.throwIfAborted();
    if (this.#running < this.#concurrency()) {
      this.#running++;
      this.#held += cost;
      return;
    }
    if (this.#waiting.length >= this.#queueLength) {
      throw overloaded(`${this.#waiting.length} requests are already waiting`);
    }
    const expected = this.#pace.expectedMs(this.#held + cost);
    if (withinMs !== undefined && expected > withinMs) {
      throw overloaded(
        `the requests before this one need ${Math.round(expected)} ms, it has ${Math.round(withinMs)} ms`,
      );
    }
    this.#held += cost;
    await new Promise<void>((resolve, reject) => {
      const stopWaiting = (): void => {
        signal.removeEventListener('abort', abort);
        clearTimeout(timer);
      };
      const enter = (): void => {
        stopWaiting();
        // The place passes from one request to the next in the same step, so no other request can take it.
        this.#running++;
        resolve();
      };
      const waiting = { cost, enter };
      const leave = (reason: unknown): void => {
        stopWaiting();
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        this.#held -= cost;
        reject(reason);
      };
      const abort = (): void => leave(signal.reason);
      const timer =
        waitMs === undefined
          ? undefined
          : setTimeout(
              () => leave(overloaded(`its turn did not come within ${Math.round(waitMs)} ms`)),
              waitMs,
            );
      this.#waiting.push(waiting);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** Gives free places to those who wait; several may be free if the concurrency has grown. */
  #fill(): void {
    while (this.#running < this.#concurrency()) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next.enter();
    }
  }
}

function overloaded(message: string): AppError {
  return new AppError('overloaded', message, {
    hint: 'try again in a moment, or run more instances of the service',
  });
}
