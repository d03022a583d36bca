/** A minute is counted in slots of five seconds; one more than make a minute, because the current one is not over. */
const SLOT_MS = 5000;
const SLOTS = 13;

/**
 * Counts what is spent, so that in no 60 seconds it is more than a limit. What was spent is free again after 60 to 65 seconds.
 * A bucket of tokens would let twice the limit through in the minute after a pause.
 */
export class MinuteLimit {
  readonly limit: number;
  readonly #spent = new Float64Array(SLOTS);
  /** The slot of the last call, counted since 1970. */
  #slot = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Seconds until an amount may be spent, 0 if now; Infinity if it is above the limit. */
  wait(amount: number, now: number): number {
    if (amount > this.limit) return Number.POSITIVE_INFINITY;
    this.#advance(now);
    let left = this.#spent.reduce((sum, slot) => sum + slot, 0) + amount - this.limit;
    if (left <= 0) return 0;
    // The oldest slot is freed when the next one begins.
    for (let age = 1; ; age++) {
      left -= this.#spent[(this.#slot + age) % SLOTS] ?? 0;
      if (left <= 0) return Math.ceil(((this.#slot + age) * SLOT_MS - now) / 1000);
    }
  }

  spend(amount: number, now: number): void {
    this.#advance(now);
    this.#spent[this.#slot % SLOTS] = (this.#spent[this.#slot % SLOTS] ?? 0) + amount;
  }

  #advance(now: number): void {
    // A clock that is set back frees nothing.
    const slot = Math.max(this.#slot, Math.floor(now / SLOT_MS));
    if (slot - this.#slot >= SLOTS) this.#spent.fill(0);
    else for (let next = this.#slot + 1; next <= slot; next++) this.#spent[next % SLOTS] = 0;
    this.#slot = slot;
  }
}
