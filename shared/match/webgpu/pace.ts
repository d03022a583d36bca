/** Multiply-adds of the first submission: few enough for a software adapter. */
const FIRST = 2 ** 24;

/** How long a submission should take, in milliseconds: far below any watchdog's limit, long compared with its overhead. */
const [SHORTEST_MS, LONGEST_MS] = [15, 60];

/**
 * Chooses the size of submissions by how long the previous ones took, so that no device is blocked for long and no fast
 * one is idle.
 */
export class Pace {
  #multiplyAdds = FIRST;

  /** How much to send to the device at once. */
  get multiplyAdds(): number {
    return this.#multiplyAdds;
  }

  /** Records how long a submission took. A small one says nothing about larger ones. */
  took(milliseconds: number, multiplyAdds: number): void {
    const whole = multiplyAdds >= this.#multiplyAdds / 2;
    if (milliseconds < SHORTEST_MS && whole) this.#multiplyAdds = Math.min(2 ** 50, 2 * this.#multiplyAdds);
    if (milliseconds > LONGEST_MS) this.#multiplyAdds = Math.max(FIRST / 16, this.#multiplyAdds / 2);
  }
}
