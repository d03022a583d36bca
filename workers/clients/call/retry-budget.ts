/**
 * Limits retries to a small share of the calls: every call earns `ratio` of a retry, up to `most` saved ones. If a
 * service is down, the budget runs empty and each call fails once, instead of doubling the load.
 */
export class RetryBudget {
  readonly #ratio: number;
  readonly #most: number;
  #saved: number;

  constructor(ratio = 0.2, most = 10) {
    this.#ratio = ratio;
    this.#most = most;
    this.#saved = most;
  }

  earn(): void {
    this.#saved = Math.min(this.#most, this.#saved + this.#ratio);
  }

  /** Spends one retry if there is one. */
  spend(): boolean {
    if (this.#saved < 1) return false;
    this.#saved -= 1;
    return true;
  }
}
