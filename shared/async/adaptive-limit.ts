export interface AdaptiveLimitOptions {
  /** Work at once before anything was measured. */
  readonly start: number;
  readonly most: number;
  /** How long a piece of work should take at most, in milliseconds. */
  readonly targetMs: number;
}

/** Share of the limit that remains when work took too long, and when it failed because a service was too busy. */
const SLOWER = 0.9;
const FAILED = 0.7;

/**
 * How much work to run at once so that each piece ends in time, found by additive increase and multiplicative decrease as in the
 * congestion control of TCP (Chiu and Jain, 1989). A limit for a service whose capacity is not known, or is shared with others.
 */
export class AdaptiveLimit {
  readonly #options: AdaptiveLimitOptions;
  #limit: number;
  /** Until then it is not lowered again: work that began before the last decrease says nothing about it. */
  #settlesAt = 0;

  constructor(options: AdaptiveLimitOptions) {
    this.#options = options;
    this.#limit = options.start;
  }

  /** At least 1. */
  get value(): number {
    return Math.floor(this.#limit);
  }

  /** Work has ended in `ms`, while `running` pieces, itself included, ran. */
  note({ ms, failed, running }: { readonly ms: number; readonly failed: boolean; readonly running: number }) {
    const { most, targetMs } = this.#options;
    if (failed || ms > targetMs) {
      const now = performance.now();
      if (now < this.#settlesAt) return;
      this.#settlesAt = now + Math.max(ms, targetMs);
      this.#limit = Math.max(1, this.#limit * (failed ? FAILED : SLOWER));
      return;
    }
    // A limit that is not used is not tested.
    if (running >= this.value) this.#limit = Math.min(most, this.#limit + 1 / this.value);
  }
}
